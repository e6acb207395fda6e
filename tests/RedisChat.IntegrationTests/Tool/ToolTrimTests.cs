using System.Text.Json;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary><c>redischat trim</c> and <c>delete-room</c>.</summary>
public sealed class ToolTrimTests(TestServer server) : ToolTests(server)
{
    [Fact]
    public async Task A_dry_run_counts_what_the_command_then_deletes_and_changes_nothing()
    {
        await FillAsync("lobby", 900);
        await Chat.Room("lobby").DeleteManyAsync(MessageSelection.Between(100, 250), Actor.Application, cancellationToken: Cancelled);
        var before = await KeyspaceAsync();

        var dry = await RunAsync("trim", "lobby", "--keep", "300", "--dry-run");
        dry.ExitCode.Should().Be(0);
        dry.Output.Should().Equal("lobby: 360 messages would be deleted.");
        (await RunAsync("trim", "lobby", "--older-than", "1h", "--dry-run")).Output.Should().Equal("lobby: 0 messages would be deleted.");
        Json(await RunAsync("trim", "lobby", "--older-than", "1h", "--keep", "1", "--dry-run", "--json")).GetProperty("deleted").GetInt64().Should().Be(767 - 151);
        await ShouldBeUnchangedAsync(before);

        (await RunAsync("trim", "lobby", "--keep", "300")).Output.Should().Equal("lobby: 360 messages deleted.");
        (await Chat.Rooms.GetInfoAsync("lobby", Cancelled)).Messages.Should().Be(900 - 151 - 360);
        (await RunAsync("trim", "lobby", "--keep", "300")).Output.Should().Equal("lobby: 0 messages deleted.");
    }

    [Fact]
    public async Task All_rooms_are_trimmed_with_settings_or_without()
    {
        foreach (var room in new[] { "a", "b", "c" })
        {
            if (room != "c")
            {
                await Chat.Rooms.CreateAsync(room, new RoomAbout { Name = room }, cancellationToken: Cancelled);
            }

            await FillAsync(room, room == "b" ? 10 : 300);
        }

        (await RunAsync("trim", "--all", "--keep", "1", "--dry-run")).Output.Should().Equal(
            "a: 127 messages would be deleted.", "c: 127 messages would be deleted.", "3 rooms: 254 messages would be deleted.");
        var run = await RunAsync("trim", "--all", "--keep", "1", "--json");

        run.ExitCode.Should().Be(0);
        run.Output.Select(line => JsonDocument.Parse(line).RootElement).Select(line => $"{line.GetProperty("room")} {line.GetProperty("deleted")}").Should().Equal("a 127", "b 0", "c 127");
        (await Chat.Rooms.GetInfoAsync("c", Cancelled)).Messages.Should().Be(173);
    }

    [Fact]
    public async Task A_room_is_deleted_only_if_that_is_meant()
    {
        await FillAsync("lobby", 200);
        await Chat.Room("lobby").Members.JoinAsync("bob", Cancelled);
        var before = await KeyspaceAsync();

        (await RunAsync("delete-room", "lobby", "--dry-run")).Output.Should().Equal("lobby: 200 messages and 1 member would be deleted.");
        var unsure = await RunAsync("delete-room", "lobby");
        unsure.ExitCode.Should().Be(1);
        unsure.Errors.Should().ContainSingle().Which.Should().Contain("--yes");
        await ShouldBeUnchangedAsync(before);

        (await RunAsync("delete-room", "lobby", "--yes")).Output.Should().Equal("lobby: 200 messages and 1 member deleted.");
        (await Chat.Rooms.GetInfoAsync("lobby", Cancelled)).Exists.Should().BeFalse();
        var again = await RunAsync("delete-room", "lobby", "--yes");
        again.ExitCode.Should().Be(1);
        again.Errors.Should().Equal("There is no room 'lobby'. Nothing was deleted.");
    }

    private async Task FillAsync(string room, int count)
    {
        foreach (var numbers in Enumerable.Range(1, count).Chunk(ChatLimits.MaxBatchSize))
        {
            await Chat.SendManyAsync(room, [.. numbers.Select(n => new NewMessage("alice", $"text {n}"))], Cancelled);
        }
    }
}
