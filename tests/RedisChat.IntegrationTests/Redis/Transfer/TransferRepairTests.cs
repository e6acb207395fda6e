using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>Everything that is inconsistent is found by name, and what can be derived is repaired, and only that.</summary>
public sealed class TransferRepairTests(TestServer server) : TransferTestBase(server)
{
    private string Room => $"{SourcePrefix}:{{{TransferChat.Lobby}}}";

    /// <summary>What is broken, what is found, and whether it can be repaired.</summary>
    public static TheoryData<string, string, bool> Broken => new()
    {
        { "count", "count", true },
        { "list without an id", "list", true },
        { "list with an id of someone else", "list", true },
        { "list out of order", "list", true },
        { "list lost", "list", true },
        { "mention lost", "mentions", true },
        { "mention too many", "mentions", true },
        { "mentions of a user who has none", "mentions", true },
        { "expiry lost", "expires", true },
        { "expiry at another time", "expires", true },
        { "bit of a bucket with messages", "gone", true },
        { "reactions of no message", "orphan", true },
        { "count of reactions", "reactions", true },
        { "versions of no message", "orphan", true },
        { "pin of no message", "orphan", true },
        { "parts of no message", "orphan", true },
        { "summary of a thread", "thread", true },
        { "open thread of no message", "thread", true },
        { "marker beyond the end", "marker", true },
        { "number of members", "members", true },
        { "letter of a feature", "uses", true },
        { "entry of the directory lost", "directory", true },
        { "name in the directory lost", "directory", true },
        { "entry of the directory without a room", "directory", true },
        { "scheduled message not due", "due", true },
        { "due without a message", "due", true },
        { "expiring room without upkeep", "upkeep", true },
        { "member without a list", "listed", true },
        { "list without a membership", "listed", true },
        { "message above the end", "range", false },
        { "message that is none", "unreadable", false },
        { "sealed bucket that is none", "sealed", false },
        { "bucket that is open and sealed", "sealed", false },
        { "log lost", "log", false },
        { "log behind", "log", false },
        { "member that is none", "member", false },
        { "settings that are none", "field", false },
        { "foreign field", "foreign", false },
        { "key of no room", "orphan", false },
        { "unknown key", "unknown", false },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task What_is_broken_is_found_and_repaired_if_it_can_be_derived(string what, string finding, bool canBeRepaired)
    {
        await using var writer = await TransferChat.FillAsync(Source, Cancelled);
        (await VerifyAsync(repair: false)).Differences.Should().BeEmpty();
        await BreakAsync(what);
        var before = await TransferDump.OfAsync(Connection, SourcePrefix);

        var found = await VerifyAsync(repair: false);
        found.Differences.Should().Contain(difference => difference.What == finding).And.OnlyContain(difference => !difference.IsRepaired);
        (await TransferDump.OfAsync(Connection, SourcePrefix)).Should().Equal(before, "it was only to be found");

        var repaired = await VerifyAsync(repair: true);
        repaired.Differences.Where(difference => difference.What == finding).Should().Contain(difference => difference.IsRepaired == canBeRepaired);
        if (canBeRepaired)
        {
            repaired.Repaired.Should().Be(repaired.DifferenceCount);
            (await VerifyAsync(repair: false)).Differences.Should().BeEmpty();
        }
        else
        {
            (await VerifyAsync(repair: false)).Differences.Should().Contain(difference => difference.What == finding, "nothing says what it should be");
        }
    }

    [Fact]
    public async Task Differences_from_an_export_are_found_missing_additional_and_other()
    {
        await using var writer = await TransferChat.FillAsync(Source, Cancelled);
        await Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled);
        await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled);
        var room = $"{TargetPrefix}:{{{TransferChat.Lobby}}}";
        await Database.HashDeleteAsync($"{room}:m:5", 690);
        await Database.HashSetAsync($"{room}:m:5", 691, """{"t":1,"u":"eve","c":"other"}""");
        await Database.HashSetAsync($"{room}:m:2", 300, """{"t":1,"u":"eve","c":"more"}""");
        await Database.HashDeleteAsync($"{room}:members", "bob");
        await Database.HashSetAsync($"{room}:read", "eve", "1 1");
        await Database.HashSetAsync($"{room}:r:0", "3:bob", "👎 1");
        await Database.HashSetAsync(room, "rules", "0 a 0 0 0 -=r");
        await Database.SortedSetRemoveRangeByRankAsync($"{room}:changed", 1, 1);
        await Database.KeyDeleteAsync($"{TargetPrefix}:{{silent}}");

        var result = await Transfer(Target).VerifyAsync(Folder, cancellationToken: Cancelled);

        result.Differences.Where(difference => difference.Room == TransferChat.Lobby).Select(difference => difference.Details).Should().Contain(
            ["message 690: missing.", "message 691: another value than in the export.", "message 300: not in the export.", "member bob: missing.", "marker eve: not in the export.",
            "reactions 3: another value than in the export.", "field rules: another value than in the export."])
            .And.ContainSingle(details => details.StartsWith("log ", StringComparison.Ordinal)).And.HaveCount(8);
        result.Differences.Where(difference => difference.Room != TransferChat.Lobby).Should().ContainSingle().Which.Should().Be(new TransferDifference("silent", null, "room", "It is missing.", IsRepaired: false));
    }

    [Theory]
    [InlineData("first sealed bucket that is none")]
    [InlineData("message of a thread that is none")]
    [InlineData("message that is none")]
    [InlineData("message that is being written and none")]
    [InlineData("message above the end")]
    [InlineData("end lost")]
    [InlineData("first bucket archived")]
    public async Task Nothing_that_follows_from_messages_is_repaired_unless_all_of_them_were_read(string what)
    {
        await using var writer = await TransferChat.FillAsync(Source, Cancelled);
        await BreakAsync(what);
        var before = await TransferDump.OfAsync(Connection, SourcePrefix);

        var repaired = await VerifyAsync(repair: true);

        repaired.Differences.Should().NotBeEmpty().And.OnlyContain(difference => !difference.IsRepaired);
        (await TransferDump.OfAsync(Connection, SourcePrefix)).Should().Equal(before);
    }

    [Fact]
    public async Task Of_very_many_problems_the_first_thousand_are_returned_and_all_are_counted()
    {
        await TransferChat.FillAsync(new Chat(Source).Room(TransferChat.Lobby), 1500, Cancelled);
        await Source.SealedAsync();
        await Database.HashSetAsync(Room, "last", 10);

        var result = await VerifyAsync(repair: false);

        result.Differences.Should().HaveCount(1000);
        result.Differences.Select(difference => difference.Details).Should().Contain("Message 500 is outside of the room's history, which goes from 1 to 10.").And.OnlyHaveUniqueItems();
        result.DifferenceCount.Should().BeGreaterThanOrEqualTo(1490);
    }

    [Fact]
    public async Task A_room_that_does_not_exist_is_a_difference_if_it_was_named()
    {
        await new Chat(Source).Rooms.CreateAsync("silent", new RoomAbout { Name = "Silence" }, RuleSet.Open, "alice", Cancelled);
        await Database.HashSetAsync($"{SourcePrefix}:{{hash only}}", [new("epoch", "1"), new("last", "0")]);

        var result = await Transfer(Source).VerifyAsync(options: new VerifyOptions { Rooms = ["silent", "hash only", "nowhere"] }, cancellationToken: Cancelled);

        result.Differences.Where(difference => difference.What == "room").Should().ContainSingle().Which.Should().Be(new TransferDifference("nowhere", null, "room", "There is no such room.", IsRepaired: false));
        result.Verified.Should().Be(2);
    }

    private Task<VerifyResult> VerifyAsync(bool repair) => Transfer(Source).VerifyAsync(options: new VerifyOptions { Repair = repair }, cancellationToken: Cancelled);

    private async Task BreakAsync(string what)
    {
        var (lobby, old) = (Room, "1795657013841001");
        var shard = RedisChat.Redis.KeyNames.ShardOf(TransferChat.Lobby);
        var directory = $"{SourcePrefix}:{{directory:{shard}}}";
        Task doing = what switch
        {
            "count" => Database.HashSetAsync(lobby, "deleted", 3),
            "list without an id" => ReplaceAsync($"{lobby}:u:bob", "702,", ""),
            "list with an id of someone else" => ReplaceAsync($"{lobby}:u:bob", "702,", "701,702,"),
            "list out of order" => ReplaceAsync($"{lobby}:u:bob", "702,703,", "703,702,"),
            "list lost" => Database.KeyDeleteAsync($"{lobby}:u:user3"),
            "mention lost" => Database.SortedSetRemoveAsync($"{lobby}:mentions:carol", "0000000000000701"),
            "mention too many" => Database.SortedSetAddAsync($"{lobby}:mentions:carol", "0000000000000005", 0),
            "mentions of a user who has none" => Database.SortedSetAddAsync($"{lobby}:mentions:eve", "0000000000000003", 0),
            "expiry lost" => Database.SortedSetRemoveAsync($"{lobby}:expires", 703),
            "expiry at another time" => Database.SortedSetAddAsync($"{lobby}:expires", 703, 5),
            "bit of a bucket with messages" => Database.StringSetBitAsync($"{lobby}:gone", 1, true),
            "reactions of no message" => Database.HashSetAsync($"{lobby}:r:0", [new("5", $"{old} 👍 1"), new("5:bob", "👍 1")]),
            "count of reactions" => Database.HashSetAsync($"{lobby}:r:0", "3", $"{old} 👍 7"),
            "versions of no message" => Database.HashSetAsync($"{lobby}:v:0", "5:1", "{}"),
            "pin of no message" => Database.HashSetAsync($"{lobby}:pins", 5, $"{old} {{}}"),
            "parts of no message" => Database.HashSetAsync($"{lobby}:writing", [new("5", $"{old} x7Gq2a 7 0"), new("5:0", "Hello, ")]),
            "summary of a thread" => Database.HashSetAsync($"{lobby}:threads", 702, $"{old} 9 9 {old}\n9 eve"),
            "open thread of no message" => Database.HashSetAsync($"{lobby}:threads", 5, $"{old} 1 1 {old}\n1 eve"),
            "marker beyond the end" => Database.HashSetAsync($"{lobby}:read", "bob", $"9999 {old}"),
            "number of members" => Database.HashSetAsync(lobby, "members", 77),
            "letter of a feature" => Database.HashSetAsync(lobby, "uses", ((string)(await Database.HashGetAsync(lobby, "uses"))!).Replace("r", "", StringComparison.Ordinal)),
            "entry of the directory lost" => Database.HashDeleteAsync($"{directory}:rooms", TransferChat.Lobby),
            "name in the directory lost" => Database.SortedSetRemoveAsync($"{directory}:names", $"lobby\n{TransferChat.Lobby}"),
            "entry of the directory without a room" => Database.HashSetAsync($"{SourcePrefix}:{{directory:{RedisChat.Redis.KeyNames.ShardOf("nowhere")}}}:rooms", "nowhere", $"{old} nowhere"),
            "scheduled message not due" => Database.SortedSetRemoveRangeByRankAsync($"{directory}:due", 0, -1),
            "due without a message" => Database.SortedSetAddAsync($"{directory}:due", $"{old}\n0af7651916cd43dd8448eb211c80319c\neve\n{TransferChat.Lobby}", 9e15),
            "expiring room without upkeep" => Database.SortedSetRemoveAsync($"{directory}:upkeep", TransferChat.Lobby),
            "member without a list" => Database.HashDeleteAsync($"{SourcePrefix}:{{user:bob}}:rooms", TransferChat.Lobby),
            "list without a membership" => Database.HashSetAsync($"{SourcePrefix}:{{user:bob}}:rooms", "nowhere", "1000000 - -"),
            "message above the end" => Database.HashSetAsync($"{lobby}:m:6", 800, """{"t":1,"u":"eve","c":"early"}"""),
            "message that is none" => Database.HashSetAsync($"{lobby}:m:5", 690, "{}"),
            "first sealed bucket that is none" => Database.HashSetAsync($"{lobby}:sealed", 0, "x"),
            "message of a thread that is none" => Task.WhenAll(
                Database.HashSetAsync($"{lobby}:t:9:m:2", 299, "{}"), Database.HashSetAsync($"{lobby}:threads", 9, $"{old} 12 299 {old}\n299 eve")),
            "message that is being written and none" => Database.HashSetAsync($"{lobby}:m:5", await InProgressAsync(lobby), "{}"),
            "end lost" => Database.HashDeleteAsync(lobby, "last"),
            "first bucket archived" => Task.WhenAll(
                Database.HashDeleteAsync($"{lobby}:sealed", 0), Database.HashSetAsync(lobby, [new("uses", (string)(await Database.HashGetAsync(lobby, "uses"))! + "o"), new("archived", "1 1795657014350790 0")])),
            "sealed bucket that is none" => Database.HashSetAsync($"{lobby}:sealed", 1, "x"),
            "bucket that is open and sealed" => Database.HashSetAsync($"{lobby}:m:1", 130, """{"t":1,"u":"eve","c":"double"}"""),
            "log lost" => Database.KeyDeleteAsync($"{lobby}:changed"),
            "log behind" => Database.SortedSetRemoveRangeByRankAsync($"{lobby}:changed", -1, -1),
            "member that is none" => Database.HashSetAsync($"{lobby}:members", "eve", "x"),
            "settings that are none" => Database.HashSetAsync(lobby, "about", "x"),
            "foreign field" => Database.HashSetAsync($"{lobby}:m:5", "x", "y"),
            "key of no room" => Database.HashSetAsync($"{SourcePrefix}:{{nowhere}}:m:0", 1, "{}"),
            "unknown key" => Database.StringSetAsync($"{lobby}:what", 1),
            _ => throw new ArgumentException(what),
        };
        await doing;
    }

    private async Task<RedisValue> InProgressAsync(string room) => (await Database.HashKeysAsync($"{room}:writing")).Single(field => !((string)field!).Contains(':', StringComparison.Ordinal));

    private async Task ReplaceAsync(RedisKey key, string part, string other)
    {
        var text = (string)(await Database.StringGetAsync(key))!;
        text.Should().Contain(part);
        await Database.StringSetAsync(key, text.Replace(part, other, StringComparison.Ordinal));
    }
}
