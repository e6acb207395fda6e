using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>Rooms are exported before the users' lists of rooms, so the export of a user who leaves meanwhile has the membership and not the entry in the list.</summary>
public sealed class LeftRoomsTests(TestServer server) : TransferTestBase(server)
{
    [Theory]
    [InlineData("before")]
    [InlineData("during")]
    public async Task A_user_who_leaves_before_or_during_the_export_of_the_list_is_a_member_again_and_that_is_no_difference(string when)
    {
        foreach (var room in new[] { "left", "stayed" })
        {
            await new Chat(Source).SendAsync(room, "bob", "hello", Cancelled);
            await new Chat(Source).Room(room).Members.JoinAsync("alice", Cancelled);
        }

        await Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled);
        await RewriteAsync(lines =>
        {
            var (listed, end) = (lines.FindIndex(line => line.StartsWith("""{"f":"listed","k":"left",""", StringComparison.Ordinal)), lines.FindLastIndex(line => line.StartsWith("""{"f":"end",""", StringComparison.Ordinal)));
            listed.Should().BeInRange(1, end - 1);
            if (when == "during")
            {
                lines.InsertRange(end, ["""{"f":"changes"}""", """{"f":"listed","k":"left","v":null}"""]);
            }
            else
            {
                lines.RemoveAt(listed);
            }
        });

        await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled);

        (await new Chat(Target).User("alice").Inbox.ListAsync(cancellationToken: Cancelled)).Rooms.Select(room => room.Room).Should().BeEquivalentTo("left", "stayed");
        (await Transfer(Target).VerifyAsync(Folder, cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        (await Transfer(Target).VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();

        // An entry without a membership is one.
        await Database.HashDeleteAsync($"{TargetPrefix}:{{left}}:members", "alice");
        (await Transfer(Target).VerifyAsync(Folder, cancellationToken: Cancelled)).Differences.Select(difference => difference.Details)
            .Should().Contain("member alice: missing.").And.Contain("listed left: not in the export.");
    }

    /// <summary>Changes the lines of the export, as if it had been written so.</summary>
    private async Task RewriteAsync(Action<List<string>> change)
    {
        var (path, manifestPath) = (Path.Combine(Folder, "000001.ndjson"), Path.Combine(Folder, "manifest.json"));
        var lines = (await File.ReadAllLinesAsync(path, Cancelled)).ToList();
        change(lines);
        await File.WriteAllTextAsync(path, string.Concat(lines.Select(line => $"{line}\n")), Cancelled);
        var (content, manifest) = (await File.ReadAllBytesAsync(path, Cancelled), JsonNode.Parse(await File.ReadAllTextAsync(manifestPath, Cancelled))!);
        manifest["files"]![0]!["bytes"] = content.Length;
        manifest["files"]![0]!["sha256"] = Convert.ToHexString(SHA256.HashData(content));
        await File.WriteAllTextAsync(manifestPath, manifest.ToJsonString(), Cancelled);
    }
}
