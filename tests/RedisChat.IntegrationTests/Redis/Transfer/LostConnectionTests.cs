using RedisChat.Redis;

namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>The connection is lost when an import or a repair is about to write: it waits until there is another one.</summary>
public sealed class LostConnectionTests(TestServer server) : InterruptedTransferTestBase(server)
{
    [Theory]
    [InlineData("member without a list")]
    [InlineData("list without a membership")]
    [InlineData("expiring room without upkeep")]
    [InlineData("number of members")]
    public async Task A_repair_continues(string what)
    {
        var room = new Chat(Source).Room("lobby");
        await room.Members.JoinAsync("bob", Cancelled);
        await room.SendAsync(new NewMessage("bob", "for a while") { ExpiresAfter = TimeSpan.FromDays(1) }, Cancelled);
        var (list, upkeep) = ($"{SourcePrefix}:{{user:bob}}:rooms", $"{SourcePrefix}:{{directory:{KeyNames.ShardOf("lobby")}}}:upkeep");
        await (what switch
        {
            "member without a list" => Database.HashDeleteAsync(list, "lobby"),
            "list without a membership" => Database.HashSetAsync(list, "nowhere", "1000000 - -"),
            "expiring room without upkeep" => Database.SortedSetRemoveAsync(upkeep, "lobby"),
            _ => (Task)Database.HashSetAsync($"{SourcePrefix}:{{lobby}}", "members", 77),
        });
        await using var store = OpenAtProxy(SourcePrefix);
        Proxy.CutBefore(what switch
        {
            "member without a list" => words => words[0] == "HGET" && words[1] == list,
            "list without a membership" => words => words[0] is "EVAL" or "EVALSHA" && words.Contains(list),
            "expiring room without upkeep" => words => words[0] is "EVAL" or "EVALSHA" && words.Contains(upkeep),
            _ => words => words[0] == "MULTI",
        });

        var result = await Transfer(store).VerifyAsync(options: new VerifyOptions { Repair = true }, cancellationToken: Cancelled);

        Proxy.IsDone.Should().BeTrue("the repair writes");
        (result.DifferenceCount, result.Repaired).Should().Be((1, 1));
        (await Transfer(Source).VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();
    }

    [Theory]
    [InlineData("list")]
    [InlineData("upkeep")]
    public async Task An_import_continues(string what)
    {
        var room = new Chat(Source).Room("lobby");
        await room.Members.JoinAsync("bob", Cancelled);
        await room.SendAsync(new NewMessage("bob", "for a while") { ExpiresAfter = TimeSpan.FromDays(1) }, Cancelled);
        await Transfer(Source).ExportAsync(Folder, new ExportOptions { Rooms = ["lobby"] }, cancellationToken: Cancelled);
        await using var store = OpenAtProxy(TargetPrefix);
        var (list, upkeep) = ($"{TargetPrefix}:{{user:bob}}:rooms", $"{TargetPrefix}:{{directory:{KeyNames.ShardOf("lobby")}}}:upkeep");
        Proxy.CutBefore(words => what == "list" ? words[0] == "HGET" && words[1] == list : words.Contains(upkeep));

        await Transfer(store).ImportAsync(Folder, cancellationToken: Cancelled);

        Proxy.IsDone.Should().BeTrue("the import writes");
        (await Transfer(Target).VerifyAsync(Folder, cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        (await Transfer(Target).VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();
    }
}
