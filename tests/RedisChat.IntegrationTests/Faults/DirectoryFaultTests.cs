using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>
/// A process that creates, renames or deletes a room is killed between every two of its commands: afterward the list shows the truth, and repeating the call
/// completes it. On a shared server, a deletion would take as many calls of SCAN as there are keys of other tests.
/// </summary>
public sealed class DirectoryFaultTests : OwnServerTestBase
{
    // No operation takes more commands than this.
    private const int MostCommands = 60;

    private readonly string _prefix = $"test-{Guid.NewGuid():n}";

    [Fact]
    public Task Creating_a_room() => KillEverywhereAsync(
        prepare: null,
        (chat, room, token) => chat.Rooms.CreateAsync(room, new RoomAbout { Name = $"name of {room}" }, RuleSet.MembersOnly, "olga", token),
        async (chat, room) =>
        {
            var info = await chat.Rooms.GetInfoAsync(room, Cancelled);
            (info.About?.Name, info.Rules, info.Members).Should().Be(($"name of {room}", RuleSet.MembersOnly, 1L));
            (await IsCreatedAsync(chat, room)).Should().BeTrue();
        },
        async (chat, room) =>
        {
            if (!await IsCreatedAsync(chat, room))
            {
                (await KeysAsync(room)).Should().BeEmpty();
            }
        });

    [Fact]
    public Task Creating_a_room_that_has_messages() => KillEverywhereAsync(
        (chat, room) => chat.SendAsync(room, "alice", "hello", Cancelled),
        (chat, room, token) => chat.Rooms.CreateAsync(room, new RoomAbout { Name = $"name of {room}" }, RuleSet.MembersOnly, "olga", token),
        async (chat, room) => (await IsCreatedAsync(chat, room)).Should().BeTrue(),
        async (chat, room) =>
        {
            if (!await IsCreatedAsync(chat, room))
            {
                (await chat.Room(room).ReadChangesAsync(RoomPosition.Start, cancellationToken: Cancelled)).Events.Should().ContainSingle().Which.Should().BeOfType<RoomEvent.Created>();
            }
        });

    [Fact]
    public Task Describing_a_room_that_has_messages() => KillEverywhereAsync(
        (chat, room) => chat.SendAsync(room, "alice", "hello", Cancelled),
        (chat, room, token) => chat.Rooms.RenameAsync(room, $"name of {room}", Actor.Application, token),
        async (chat, room) => (await chat.Rooms.GetInfoAsync(room, Cancelled)).About!.Name.Should().Be($"name of {room}"));

    [Fact]
    public Task Renaming_a_room() => KillEverywhereAsync(
        (chat, room) => chat.Rooms.CreateAsync(room, new RoomAbout { Name = $"a {room}" }, cancellationToken: Cancelled),
        (chat, room, token) => chat.Rooms.RenameAsync(room, $"z {room}", Actor.Application, token),
        async (chat, room) => (await chat.Rooms.GetInfoAsync(room, Cancelled)).About!.Name.Should().Be($"z {room}"));

    [Fact]
    public Task Deleting_a_room() => KillEverywhereAsync(
        async (chat, room) =>
        {
            await chat.Rooms.CreateAsync(room, new RoomAbout { Name = room }, owner: "olga", cancellationToken: Cancelled);
            for (var n = 0; n < 4; n++)
            {
                await chat.SendManyAsync(room, [.. Enumerable.Range(0, 100).Select(i => new NewMessage($"user {i % 3}", "hello"))], Cancelled);
            }
        },
        (chat, room, token) => chat.Rooms.DeleteAsync(room, "olga", cancellationToken: token),
        async (chat, room) =>
        {
            (await chat.Rooms.GetInfoAsync(room, Cancelled)).Exists.Should().BeFalse();
            (await KeysAsync(room)).Should().BeEmpty();
        });

    [Fact]
    public Task Opening_a_direct_room() => KillEverywhereAsync(
        prepare: null,
        (chat, room, token) => chat.Rooms.DirectAsync($"alice {room}", $"bob {room}", token),
        async (chat, room) =>
        {
            var direct = chat.Room(DirectRoom.IdOf($"bob {room}", $"alice {room}"));
            (await direct.Members.ListAsync(cancellationToken: Cancelled)).Members.Should().HaveCount(2);
            (await direct.Rules.GetAsync(Cancelled)).Should().Be(RuleSet.MembersOnly);
            (await direct.ReadChangesAsync(RoomPosition.Start, cancellationToken: Cancelled)).Events.Should().HaveCount(3);
        });

    /// <summary>Whether a room was created. Checks that nothing of it was written, or all of it.</summary>
    private static async Task<bool> IsCreatedAsync(Chat chat, string room)
    {
        var info = await chat.Rooms.GetInfoAsync(room, Cancelled);
        var isCreated = info.About is not null;
        (info.About?.Name, info.Rules, info.Members).Should().Be(isCreated ? ($"name of {room}", RuleSet.MembersOnly, 1L) : (null, RuleSet.Open, 0L));
        ((await chat.Room(room).Members.GetAsync("olga", Cancelled))?.Role).Should().Be(isCreated ? RoomRole.Owner : null);
        (await ListedAsync(chat)).Contains(room).Should().Be(isCreated);
        return isCreated;
    }

    /// <summary>The rooms in the owner's inbox.</summary>
    private static async Task<List<string>> ListedAsync(Chat chat) =>
        (await chat.User("olga").Inbox.ListAsync(limit: ChatLimits.MaxPageSize, cancellationToken: Cancelled)).Rooms.Select(listed => listed.Room).ToList();

    private async Task KillEverywhereAsync(
        Func<Chat, string, Task>? prepare, Func<Chat, string, CancellationToken, Task> operation, Func<Chat, string, Task> isDone, Func<Chat, string, Task>? whenKilled = null)
    {
        await using var store = Open(Server.Configuration);
        var chat = new Chat(store);
        var commands = 0;
        for (var wasKilled = true; wasKilled; commands++)
        {
            commands.Should().BeLessThan(MostCommands);
            var room = $"room {commands}";
            await (prepare?.Invoke(chat, room) ?? Task.CompletedTask);
            wasKilled = await KillAfterAsync(commands, token => Begin(token));

            await (whenKilled?.Invoke(chat, room) ?? Task.CompletedTask);
            await CheckListAsync(chat, store);
            await operation(chat, room, Cancelled);
            await isDone(chat, room);
            await CheckListAsync(chat, store);

            async Task Begin((Chat Chat, CancellationToken Token) process) => await operation(process.Chat, room, process.Token);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"Killed after each of {commands - 1} commands.");
        commands.Should().BeGreaterThan(3);
    }

    /// <summary>Runs an operation in a process that is killed after so many commands; <see langword="false"/> if it took no more.</summary>
    private async Task<bool> KillAfterAsync(int commands, Func<(Chat, CancellationToken), Task> operation)
    {
        await using var proxy = new CutProxy(Admin.GetEndPoints()[0], _prefix);
        var configuration = proxy.Configure(Server.Configuration);
        await using var store = new RedisMessageStore(configuration, new RedisStoreOptions { KeyPrefix = _prefix });
        var chat = new Chat(store);
        await chat.GetAsync("another room", 1, Cancelled);
        proxy.CutAfter(commands);
        using var killed = new CancellationTokenSource();
        var running = operation((chat, killed.Token));
        if (await Task.WhenAny(running, proxy.Cut) == running)
        {
            await running;
            return false;
        }

        // If the room itself has been changed, the call succeeds; the entry would be set right in the background.
        await killed.CancelAsync();
        await Task.WhenAny(running);
        (running.IsCanceled || running.IsCompletedSuccessfully).Should().BeTrue();
        return true;
    }

    /// <summary>Checks that the list has each room with settings once, with its own name, and after the repair in the right place; and no other room.</summary>
    private async Task CheckListAsync(Chat chat, RedisMessageStore store)
    {
        // In one page: a room whose entry is repaired between two pages may be on both.
        IReadOnlyList<RoomInfo> listed = (await chat.Rooms.ListAsync(limit: ChatLimits.MaxPageSize, cancellationToken: Cancelled)).Rooms;
        var ids = (await KeysAsync("")).Where(key => key.EndsWith('}') && !key.Contains("{directory:", StringComparison.Ordinal))
            .Select(key => key[(key.IndexOf('{', StringComparison.Ordinal) + 1)..^1]).ToList();
        var truth = (await chat.Rooms.GetInfoAsync(ids, Cancelled)).Where(room => room.About is not null).ToList();
        listed.Should().BeEquivalentTo(truth);

        await store.DirectoryKeptAsync();
        listed = await ListAsync(chat);
        listed.Select(room => room.Id).Should().Equal(truth.OrderBy(room => room.About!.Name, StringComparer.Ordinal).Select(room => room.Id));
    }

    private static async Task<List<RoomInfo>> ListAsync(Chat chat)
    {
        var found = new List<RoomInfo>();
        string? cursor = null;
        do
        {
            var page = await chat.Rooms.ListAsync(RoomOrder.Name, cursor, 3, Cancelled);
            found.AddRange(page.Rooms);
            cursor = page.Cursor;
        }
        while (cursor is not null);
        return found;
    }

    private RedisMessageStore Open(string configuration) => new(ConfigurationOptions.Parse(configuration), new RedisStoreOptions { KeyPrefix = _prefix });

    private async Task<List<string>> KeysAsync(string room)
    {
        var keys = new List<string>();
        await foreach (var key in Admin.GetServers()[0].KeysAsync(pattern: room.Length == 0 ? $"{_prefix}:*" : $"{_prefix}:{{{room}}}*"))
        {
            keys.Add(key!);
        }

        return keys;
    }
}
