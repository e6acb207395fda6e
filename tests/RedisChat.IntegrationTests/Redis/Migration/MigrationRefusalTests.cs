using System.Globalization;
using RedisChat.Redis;

namespace RedisChat.IntegrationTests.Redis.Migration;

/// <summary>What cannot be migrated is refused with its name, before anything is written.</summary>
public sealed class MigrationRefusalTests(TestServer server) : MigrationTestBase(server)
{
    [Theory]
    [InlineData("another room", "room taken exists already")]
    [InlineData("being deleted", "room taken is being deleted")]
    [InlineData("being imported", "room taken is being imported")]
    [InlineData("counter went back", "room taken: its counter is at 2, and was at 9")]
    public async Task A_room_of_the_chat_that_is_another_one_is_refused_before_anything_is_written(string what, string reason)
    {
        await FillAsync("a room", 5);
        await FillAsync("taken", 2);
        var key = $"{Prefix}:{{taken}}";
        Task making = what switch
        {
            "another room" => Chat.SendAsync("taken", "alice", "I was here", Cancelled),
            "being deleted" => Database.HashSetAsync(key, [new("epoch", "!"), new("last", 1), new("gone", "1 {}")]),
            "being imported" => Database.HashSetAsync(key, [new("epoch", "!"), new("last", 1), new("gone", "1 {}"), new("import", "7C9E6679F7425C11 1 2 3 s")]),
            _ => Database.HashSetAsync(key, [new("epoch", "!"), new("last", 9), new("gone", "1 {}"), new("import", "classic 1 2 9 s")]),
        };
        await making;
        var before = await DumpAsync();

        (await FluentActions.Awaiting(() => Chat.Transfer.MigrateAsync(Classic, cancellationToken: Cancelled)).Should().ThrowAsync<ChatTransferException>()).WithMessage($"*nothing was written: {reason}*");
        var dry = await Chat.Transfer.MigrateAsync(Classic, new MigrationOptions { DryRun = true }, cancellationToken: Cancelled);
        dry.RefusedCount.Should().Be(1);
        dry.Refused.Should().ContainSingle().Which.Should().StartWith(reason);
        dry.Rooms.Should().ContainSingle().Which.Added.Should().Be(5);
        (await DumpAsync()).Should().Equal(before);

        (await Chat.Transfer.MigrateAsync(Classic, new MigrationOptions { Rooms = ["a room"], Complete = true }, cancellationToken: Cancelled)).Rooms.Should().ContainSingle();
        await ShouldBeExactAsync("a room");
    }

    [Theory]
    [InlineData("nowhere", "does not exist in the classic layout")]
    [InlineData("text", "its keys do not hold")]
    [InlineData("list", "its keys do not hold")]
    [InlineData("users", "its keys do not hold")]
    [InlineData("far", "its counter is at 9000000000")]
    [InlineData("a:b", "must not contain a colon")]
    [InlineData("{a}", "nor begin with '{'")]
    public async Task A_room_that_is_none_of_the_classic_layout_is_refused_if_it_is_named_and_left_out_otherwise(string room, string reason)
    {
        await FillAsync("a room", 5);
        await Database.StringSetAsync($"{Prefix}:text:messages", "many");
        await Database.ListLeftPushAsync($"{Prefix}:list:messages", "1");
        await Database.StringSetAsync($"{Prefix}:users:messages", 1);
        await Database.StringSetAsync($"{Prefix}:users", "none");
        await Database.StringSetAsync($"{Prefix}:far:messages", 9_000_000_000);
        await Database.StringSetAsync($"{Prefix}:a:b:messages", 1);
        await Database.StringSetAsync($"{Prefix}:{new string('r', 129)}:messages", 1);

        var naming = () => Chat.Transfer.MigrateAsync(Classic, new MigrationOptions { Rooms = ["a room", room], Complete = true }, cancellationToken: Cancelled);
        (await naming.Should().ThrowAsync<ChatTransferException>()).WithMessage($"*nothing was written: room {room}*{reason}*");
        (await Database.KeyExistsAsync($"{Prefix}:{{a room}}")).Should().BeFalse();

        var found = await Chat.Transfer.MigrateAsync(Classic, new MigrationOptions { Complete = true }, cancellationToken: Cancelled);
        found.Rooms.Should().ContainSingle().Which.Room.Should().Be("a room");
        found.LeftOutCount.Should().Be(6);
        found.LeftOut.Should().HaveCount(6);
        await ShouldBeExactAsync("a room");
    }

    [Fact]
    public async Task Names_that_no_room_can_have_are_refused_before_any_call()
    {
        foreach (var room in new[] { "", new string('r', 129), "a\nb", new ThreadId("room", 1).RoomId })
        {
            await FluentActions.Awaiting(() => Chat.Transfer.MigrateAsync(Classic, new MigrationOptions { Rooms = [room] }, cancellationToken: Cancelled)).Should().ThrowAsync<ChatInputException>();
        }

        await FluentActions.Awaiting(() => Chat.Transfer.MigrateAsync(Target, cancellationToken: Cancelled)).Should().ThrowAsync<ChatInputException>().WithMessage("*ClassicMessageStore*");
        await FluentActions.Awaiting(() => Chat.Transfer.MigrateAsync(null!, cancellationToken: Cancelled)).Should().ThrowAsync<ArgumentNullException>();
    }

    [Fact]
    public async Task Nothing_is_written_to_keys_that_are_the_classic_ones()
    {
        await FillAsync(Lobby, 3);
        var before = await DumpAsync();
        await using var store = new RedisMessageStore(Connection, keys: new SameKeys(Prefix));

        await FluentActions.Awaiting(() => new Chat(store).Transfer.MigrateAsync(Classic, cancellationToken: Cancelled)).Should().ThrowAsync<ChatTransferException>().WithMessage("*are those of the classic layout*");
        (await DumpAsync()).Should().Equal(before);
    }

    private sealed class SameKeys(string prefix) : IRoomKeyScheme
    {
        public string Room(string room) => $"{prefix}:{room}";

        public string User(string user) => $"{prefix}:user:{user}";

        public string Directory(int shard) => string.Create(CultureInfo.InvariantCulture, $"{prefix}:directory:{shard}");
    }
}
