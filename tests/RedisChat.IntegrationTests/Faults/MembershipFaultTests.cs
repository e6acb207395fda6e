using System.Globalization;
using System.Net;
using RedisChat.Faults;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>A process that joins or leaves is killed between any two of its commands: the inbox shows the memberships, and the next reader repairs the list.</summary>
public sealed class MembershipFaultTests : IDisposable
{
    private const string User = "alice";

    // The most commands of one join.
    private const int Most = 30;

    private readonly DirectoryInfo _logs = Directory.CreateTempSubdirectory("redischat-members-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _logs.Delete(recursive: true);

    [Theory]
    [InlineData("join")]
    [InlineData("leave")]
    public async Task Wherever_a_process_is_killed_the_inbox_shows_the_memberships_and_is_repaired(string act)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var store = new RedisMessageStore(redis.Configuration);
        var chat = new Chat(store);
        var (kept, leftovers) = (new List<string>(), 0);
        for (var commands = 0; ; commands++)
        {
            commands.Should().BeLessThan(Most);
            var room = string.Create(CultureInfo.InvariantCulture, $"{act} {commands}");
            if (act == "leave")
            {
                await chat.Room(room).Members.JoinAsync(User, Cancelled);
            }

            var isWhole = await KillAfterAsync(redis, room, act, commands);

            var isMember = (await chat.Room(room).Members.GetAsync(User, Cancelled))?.IsMember == true;
            kept.AddRange(isMember ? [room] : []);
            (await InboxAsync(chat)).Should().BeEquivalentTo(kept, "after {0} commands", commands);
            leftovers += await AgeLeftoverAsync(redis, room, isMember) ? 1 : 0;
            (await InboxAsync(chat)).Should().BeEquivalentTo(kept);
            (await ListedAsync(store)).Should().BeEquivalentTo(kept, "whoever reads the inbox repairs the list");

            // Whoever repeats the call, finishes it.
            await (act == "join" ? chat.Room(room).Members.JoinAsync(User, Cancelled) : chat.Room(room).Members.LeaveAsync(User, Cancelled));
            kept.Remove(room);
            kept.AddRange(act == "join" ? [room] : []);
            (await InboxAsync(chat)).Should().BeEquivalentTo(kept);
            (await ListedAsync(store)).Should().BeEquivalentTo(kept);
            if (isWhole)
            {
                break;
            }
        }

        leftovers.Should().BePositive("a kill between the list and the room leaves an entry");
    }

    /// <summary>Runs a call in a process of its own, and kills that after a number of commands. Returns whether the call was completed before.</summary>
    private async Task<bool> KillAfterAsync(RedisProcess redis, string room, string act, int commands)
    {
        await using var proxy = new CutProxy(new IPEndPoint(IPAddress.Loopback, redis.Port), "chatroom:");
        proxy.CutAfter(commands);
        await using var worker = await WorkerProcess.StartAsync(new WorkerOptions
        {
            Sends = false,
            Act = act,
            Redis = $"{proxy.EndPoint}",
            Rooms = [room],
            Users = [User],
            Timeout = TimeSpan.FromMinutes(1),
            Log = Path.Combine(_logs.FullName, $"{act} {commands}.log"),
        });
        await worker.UntilAsync(events => events.OfType<Acted>().Any() || proxy.Cut.IsCompleted, "the call has ended, or was stopped");
        worker.Kill();
        return worker.History.Events.OfType<Acted>().Any();
    }

    /// <summary>Makes an entry without a membership look old, as it is after a minute.</summary>
    private static async Task<bool> AgeLeftoverAsync(RedisProcess redis, string room, bool isMember)
    {
        await using var admin = await redis.ConnectAsync();
        var (database, list) = (admin.GetDatabase(), $"chatroom:{{user:{User}}}:rooms");
        if (isMember || await database.HashGetAsync(list, room) is not { IsNull: false } entry)
        {
            return false;
        }

        var words = entry.ToString().Split(' ');
        words[0] = (long.Parse(words[0], CultureInfo.InvariantCulture) - 120_000_000).ToString(CultureInfo.InvariantCulture);
        await database.HashSetAsync(list, room, string.Join(' ', words));
        return true;
    }

    private static async Task<IEnumerable<string>> InboxAsync(Chat chat) =>
        (await chat.User(User).Inbox.ListAsync(cancellationToken: Cancelled)).Rooms.Select(room => room.Room);

    private static async Task<IEnumerable<string>> ListedAsync(IMessageStore store) =>
        (await store.GetAbility<IUserStore>()!.ReadListedRoomsAsync(User, Cancelled)).Select(listed => listed.Room);
}
