using System.Text;

namespace RedisChat.IntegrationTests.Redis.Erasure;

/// <summary>However large a room is, a step of an erasure, of its proof and of an export does a limited amount, and all of them together not much more than once through the room.</summary>
public sealed class ErasureBoundsTests : OwnServerTestBase
{
    private const string User = "alice-the-erased";
    private const string Bob = "bob";

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task The_proof_of_a_large_room_takes_steps_each_of_which_reads_a_limited_amount(bool isSealed, bool isEncrypted)
    {
        const int Messages = 2560;
        var (store, chat) = Open(isSealed, isEncrypted);
        var text = new Random(1);
        for (var sent = 0; sent < Messages; sent += 64)
        {
            await chat.SendManyAsync("lobby", [.. Enumerable.Range(sent, 64).Select(n => new NewMessage(Bob, $"{Convert.ToHexString(Bytes(text))}{(n is 1 or Messages - 1 ? $" {User}" : "")}"))], Cancelled);
        }

        await store.SealedAsync();
        var erasures = ((IMessageStore)store).GetAbility<IErasureStore>()!;
        var room = (await ErasureSteps.FindAsync(erasures, null, Cancelled)).Single(found => found.Room == "lobby");

        await using var monitor = await RedisMonitor.StartAsync(Server);
        var steps = await ErasureSteps.SearchAsync(erasures, User, room, Cancelled);
        var scans = (await monitor.StopAsync(Admin)).Count(line => line.Contains("\"HSCAN\"", StringComparison.Ordinal));

        // 18 MB of text, of which a step reads about 8 MB, or 2 MB if it is packed.
        steps.Should().HaveCountGreaterThanOrEqualTo(isSealed ? 3 : 2).And.HaveCountLessThan(40);
        steps.Sum(step => step.Findings.Searched).Should().Be(room.Places.Count);
        steps.SelectMany(step => step.Findings.Remaining).Should().BeEmpty();
        steps.SelectMany(step => step.Findings.TextOfOthers).Select(trace => trace.Field).Distinct().Should().BeEquivalentTo("2", $"{Messages}");
        scans.Should().BeLessThan((2 * room.Places.Count) + 100, "nothing is read twice");
        TestContext.Current.TestOutputHelper?.WriteLine($"{steps.Count} steps, {scans} HSCAN, {room.Places.Count} keys.");
    }

    [Fact]
    public async Task The_proof_of_many_small_keys_takes_steps_each_of_which_reads_a_limited_amount()
    {
        // 200 keys are searched by one call: almost 1 MB.
        const int Keys = 4000;
        var (store, _) = Open();
        var value = new string('x', 4500);
        await Task.WhenAll(Enumerable.Range(0, Keys).Select(n => Database.StringSetAsync($"chatroom:{{lobby}}:u:{n}", value)));
        var erasures = ((IMessageStore)store).GetAbility<IErasureStore>()!;
        var room = (await ErasureSteps.FindAsync(erasures, null, Cancelled)).Single(found => found.Room == "lobby");

        var steps = await ErasureSteps.SearchAsync(erasures, User, room, Cancelled);

        room.Places.Should().HaveCount(Keys);
        steps.Should().HaveCountGreaterThanOrEqualTo(3, "18 MB are there, and a step reads about 8 MB").And.HaveCountLessThan(6);
    }

    [Fact]
    public async Task Servers_are_identified_until_they_are_restarted()
    {
        var (store, chat) = Open();
        var erasures = ((IMessageStore)store).GetAbility<IErasureStore>()!;
        await chat.SendAsync("lobby", Bob, "hello", Cancelled);
        var before = await erasures.IdentifyServersAsync(Cancelled);
        (await erasures.IdentifyServersAsync(Cancelled)).Should().Be(before);

        await Server.KillAsync();
        await Server.StartAgainAsync();
        await chat.SendAsync("lobby", Bob, "hello", Cancelled);

        (await erasures.IdentifyServersAsync(Cancelled)).Should().NotBe(before);
    }

    [Theory]
    [InlineData(ErasureMode.Remove)]
    [InlineData(ErasureMode.Anonymize)]
    public async Task Two_thousand_reactions_in_a_room_are_looked_for_once_in_a_pass(ErasureMode mode)
    {
        const int Messages = 2000;
        var (_, chat) = Open();
        for (var sent = 0; sent < Messages; sent += 100)
        {
            await chat.SendManyAsync("lobby", [.. Enumerable.Range(sent, 100).Select(n => new NewMessage(Bob, $"{n}"))], Cancelled);
        }

        await Parallel.ForEachAsync(
            Enumerable.Range(1, Messages), new ParallelOptions { MaxDegreeOfParallelism = 50, CancellationToken = Cancelled },
            async (id, token) => await chat.Room("lobby").Reactions.AddAsync(id, User, "👍", token));

        await using var monitor = await RedisMonitor.StartAsync(Server);
        var report = await chat.User(User).EraseAsync(new ErasureOptions { Mode = mode, Verify = false }, cancellationToken: Cancelled);
        var scans = (await monitor.StopAsync(Admin)).Count(line => line.Contains("\"HSCAN\" \"chatroom:{lobby}:r:", StringComparison.Ordinal));

        var keys = Admin.GetServers()[0].Keys(pattern: "chatroom:{lobby}:r:*").Count();
        TestContext.Current.TestOutputHelper?.WriteLine($"{scans} HSCAN of 16 hashes in {report.Passes} passes.");
        keys.Should().Be(0, "nobody else reacted");
        scans.Should().BeLessThanOrEqualTo((report.Passes * 16) + 16);
        (await chat.User(User).EraseAsync(cancellationToken: Cancelled)).Findings!.IsClean.Should().BeTrue();
    }

    [Fact]
    public async Task An_export_and_a_dry_run_have_every_mention_of_a_user_who_is_mentioned_often()
    {
        const int Messages = 1200;
        var (store, chat) = Open();
        for (var sent = 0; sent < Messages; sent += 100)
        {
            await chat.SendManyAsync("lobby", [.. Enumerable.Range(sent, 100).Select(n => new NewMessage(Bob, $"{n}") { Mentions = [Mention.User(User)] })], Cancelled);
        }

        using var output = new MemoryStream();
        await chat.User(User).ExportAsync(output, Cancelled);
        var dry = await chat.User(User).EraseAsync(new ErasureOptions { IsDryRun = true }, cancellationToken: Cancelled);

        Encoding.UTF8.GetString(output.ToArray()).Split('\n').Count(line => line.Contains("\"kind\":\"Mention\"", StringComparison.Ordinal)).Should().Be(Messages);
        (dry.Rooms, dry.Messages).Should().Be((1, 0));
        (await chat.User(User).EraseAsync(cancellationToken: Cancelled)).Findings!.Remaining.Should().BeEmpty();
        (await chat.ReceiveAsync("lobby", new MessageQuery { After = 0, Limit = 1000 }, Cancelled)).Messages.Should().HaveCount(1000).And.OnlyContain(message => message.Mentions.Count == 0);
    }

    [Theory]
    [InlineData(ErasureMode.Remove, false)]
    [InlineData(ErasureMode.Anonymize, true)]
    public async Task A_room_can_be_dealt_with_place_by_place(ErasureMode mode, bool isEncrypted)
    {
        var (store, chat) = Open(isSealed: true, isEncrypted);
        await EveryFeature.UseAsync(chat, store, "lobby", User, Bob, Cancelled, messages: 700);
        await store.SealedAsync();
        var erasures = ((IMessageStore)store).GetAbility<IErasureStore>()!;
        (await SearchPlacesAsync(erasures)).Should().HaveCountGreaterThan(10);
        var erasure = await erasures.BeginErasureAsync(User, mode, Cancelled);

        var (passes, isFound, messages) = (0, true, 0L);
        for (; isFound && passes < 10; passes++)
        {
            isFound = false;
            foreach (var part in Parts(await ErasureSteps.FindAsync(erasures, User, Cancelled)))
            {
                string? cursor = null;
                do
                {
                    var step = await erasures.EraseStepAsync(erasure, part, cursor, Cancelled);
                    cursor = step.Cursor;
                    isFound |= step.Found;
                    messages += step.Messages;
                }
                while (cursor is not null);
            }
        }

        await erasures.EndErasureAsync(erasure, ["lobby", new ThreadId("lobby", 6).RoomId, new ThreadId("lobby", 7).RoomId], Cancelled);
        passes.Should().BeLessThan(5);
        messages.Should().BeGreaterThanOrEqualTo(352, "351 are in the room, one of them is being written, and one is in a thread that stays");
        if (mode == ErasureMode.Anonymize)
        {
            (await SearchPlacesAsync(erasures)).Should().BeEmpty();
        }

        // This one also deletes the thread of a message that was deleted.
        (await chat.User(User).EraseAsync(cancellationToken: Cancelled)).Findings!.Remaining.Should().BeEmpty();
        (await SearchPlacesAsync(erasures)).Should().BeEmpty();
    }

    private static async Task<List<ErasureTrace>> SearchPlacesAsync(IErasureStore erasures)
    {
        var remaining = new List<ErasureTrace>();
        foreach (var part in Parts(await ErasureSteps.FindAsync(erasures, null, Cancelled)))
        {
            remaining.AddRange((await ErasureSteps.SearchAsync(erasures, User, part, Cancelled)).SelectMany(step => step.Findings.Remaining));
        }

        return remaining;
    }

    private static IEnumerable<FoundRoom> Parts(List<FoundRoom> rooms) => rooms.SelectMany(room => room.Places.Select(place => new FoundRoom(room.Room, [place])));

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[3600];
        random.NextBytes(bytes);
        return bytes;
    }

    private (RedisMessageStore Store, Chat Chat) Open(bool isSealed = false, bool isEncrypted = false)
    {
        var store = Open(new RedisStoreOptions { SealAfter = isSealed ? 1 : null, LiveProbeInterval = TimeSpan.FromMilliseconds(100) }, isEncrypted);
        return (store, new Chat(store, new ChatOptions { KeptVersions = 3 }));
    }
}
