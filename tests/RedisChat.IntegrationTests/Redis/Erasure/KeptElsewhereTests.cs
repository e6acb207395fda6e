using System.Text;
using RedisChat.IntegrationTests.Conformance;
using RedisChat.IntegrationTests.Hostile;
using RedisChat.IntegrationTests.Redis.Archive;
using RedisChat.Redis;

namespace RedisChat.IntegrationTests.Redis.Erasure;

/// <summary>Erasures in rooms whose messages are in an archive, or encrypted, on a server of their own: everything that Redis and the archive hold is searched afterward, by code that knows nothing of the erasure.</summary>
public sealed class KeptElsewhereTests : OwnServerTestBase
{
    private const string User = "alice-the-erased";
    private const string Bob = "bob";

    private readonly MemoryArchive _archive = new();
    [Theory]
    [InlineData(ErasureMode.Remove)]
    [InlineData(ErasureMode.Anonymize)]
    public async Task Neither_Redis_nor_the_archive_names_the_user_afterward(ErasureMode mode)
    {
        var (store, chat) = Open(isArchived: true);
        await EveryFeature.UseAsync(chat, store, "lobby", User, Bob, Cancelled, messages: 700);
        await store.SealedAsync();
        await ArchivingStores.ArchiveAsync(store, "lobby");
        _archive.Of("lobby").Should().HaveCountGreaterThan(3);
        (await OccurrencesAsync(User)).Should().Contain(place => place.StartsWith("archive", StringComparison.Ordinal));

        var report = await chat.User(User).EraseAsync(new ErasureOptions { Mode = mode }, cancellationToken: Cancelled);

        report.Findings!.Remaining.Should().BeEmpty();
        (await OccurrencesAsync(User)).Should().BeEmpty();
        if (mode == ErasureMode.Remove)
        {
            (await OccurrencesAsync(EveryFeature.Secret)).Should().BeEmpty();
        }

        (await Database.KeyExistsAsync("chatroom:{lobby}:thawed")).Should().BeFalse("the archive has all of it again");
        (await PageAsync(chat, Bob)).Should().HaveCount(348, "two of the 350 were deleted by the user before");
        (await PageAsync(chat, report.Alias ?? User)).Should().HaveCount(mode == ErasureMode.Remove ? 0 : 350);
    }

    [Theory]
    [InlineData(ErasureMode.Remove)]
    [InlineData(ErasureMode.Anonymize)]
    public async Task A_user_whose_messages_are_all_in_the_archive_is_found(ErasureMode mode)
    {
        var (store, chat) = Open(isArchived: true);
        await FillArchivedAsync(store, chat);
        await ForgetSendsAsync();
        (await Database.KeyExistsAsync($"chatroom:{{lobby}}:u:{User}")).Should().BeFalse();

        var dry = await chat.User(User).EraseAsync(new ErasureOptions { IsDryRun = true }, cancellationToken: Cancelled);
        var exported = await ExportAsync(chat);
        var report = await chat.User(User).EraseAsync(new ErasureOptions { Mode = mode }, cancellationToken: Cancelled);

        (dry.Messages, dry.Rooms).Should().Be((150, 1));
        exported.Should().HaveCount(150).And.OnlyContain(line => line.Contains("mine", StringComparison.Ordinal));
        report.Messages.Should().Be(150);
        report.Findings!.Remaining.Should().BeEmpty();
        (await OccurrencesAsync(User)).Should().BeEmpty();
        (await PageAsync(chat, Bob)).Should().HaveCount(650);
        (await Database.HashGetAsync("chatroom:{lobby}", "uses")).ToString().Should().NotContain("z");
    }

    [Fact]
    public async Task Without_the_archive_nothing_changes_in_the_room_and_the_error_says_why()
    {
        var (store, chat) = Open(isArchived: true);
        await FillArchivedAsync(store, chat);
        await chat.SendAsync("lobby", User, "a recent one", Cancelled);
        var before = await RoomDump.TakeAsync(Admin, "chatroom:{lobby}");
        var (_, other) = Open(isArchived: false);

        var refused = await Assert.ThrowsAsync<ChatArchiveException>(() => other.User(User).EraseAsync(cancellationToken: Cancelled));

        refused.Message.Should().Contain("AddFileArchive");
        (await RoomDump.TakeAsync(Admin, "chatroom:{lobby}")).Should().Equal(before);
        (await chat.User(User).EraseAsync(cancellationToken: Cancelled)).Findings!.IsClean.Should().BeTrue();
        (await OccurrencesAsync(User)).Should().BeEmpty();
    }

    [Fact]
    public async Task The_proof_finds_what_the_archive_kept()
    {
        var (store, chat) = Open(isArchived: true);
        await FillArchivedAsync(store, chat);
        var epoch = ulong.Parse(((string?)await Database.HashGetAsync("chatroom:{lobby}", "epoch"))!, System.Globalization.NumberStyles.HexNumber, null);
        var kept = (await _archive.ReadAsync("lobby", epoch, [0], Cancelled))[0]!;
        await chat.User(User).EraseAsync(cancellationToken: Cancelled);
        await _archive.PutAsync("lobby", epoch, [kept with { Version = long.MaxValue }], Cancelled);

        var steps = await ErasureSteps.SearchAsync(((IMessageStore)store).GetAbility<IErasureStore>()!, User, Cancelled);
        var remaining = steps.SelectMany(step => step.Findings.Remaining);

        remaining.Should().Contain(new ErasureTrace("archive of lobby", "bucket 0")).And.Contain(new ErasureTrace("archive of lobby", "1"));
    }

    [Theory]
    [InlineData(ErasureMode.Remove)]
    [InlineData(ErasureMode.Anonymize)]
    public async Task An_encrypted_chat_names_the_user_nowhere_afterward(ErasureMode mode)
    {
        var (store, chat) = Open(isEncrypted: true);
        await EveryFeature.UseAsync(chat, store, "lobby", User, Bob, Cancelled, messages: 700);
        await store.SealedAsync();
        (await Database.HashGetAllAsync("chatroom:{lobby}:sealed")).Select(field => SealedBucket.KeyIn(((ReadOnlyMemory<byte>)field.Value).Span)).Should().HaveCountGreaterThan(3).And.NotContainNulls();
        (await OccurrencesAsync(User)).Should().HaveCountGreaterThan(20);
        var exported = await ExportAsync(chat);

        var report = await chat.User(User).EraseAsync(new ErasureOptions { Mode = mode }, cancellationToken: Cancelled);

        foreach (var kind in new[] { "Message", "Version", "Scheduled", "Draft" })
        {
            exported.Should().Contain(line => line.Contains($"\"kind\":\"{kind}\"", StringComparison.Ordinal) && line.Contains(EveryFeature.Secret, StringComparison.Ordinal), kind);
        }

        report.Findings!.Remaining.Should().BeEmpty();
        (await OccurrencesAsync(User)).Should().BeEmpty();
        (await PageAsync(chat, Bob)).Should().HaveCount(348);
        (await PageAsync(chat, report.Alias ?? User)).Should().HaveCount(mode == ErasureMode.Remove ? 0 : 350);
        if (mode == ErasureMode.Anonymize)
        {
            (await PageAsync(chat, report.Alias ?? User)).Should().OnlyContain(message => message.Text.StartsWith(EveryFeature.Secret, StringComparison.Ordinal), "the texts are still decrypted");
            (await chat.Room("lobby").Versions.ListAsync(1, Actor.Application, Cancelled)).Should().Contain(version => version.Text == EveryFeature.Secret);
        }
    }

    [Fact]
    public async Task The_proof_reads_encrypted_texts()
    {
        var (store, chat) = Open(isEncrypted: true);
        for (var n = 0; n < 300; n++)
        {
            await chat.SendAsync("lobby", Bob, n is 5 or 299 ? $"ask {User}" : "hello", Cancelled);
        }

        await chat.User(Bob).Drafts.SaveAsync("lobby", $"dear {User}", cancellationToken: Cancelled);
        await store.SealedAsync();

        var report = await chat.User(User).EraseAsync(cancellationToken: Cancelled);

        report.Findings!.Remaining.Should().BeEmpty();
        report.Findings.TextOfOthers.Should().BeEquivalentTo(
        [
            new ErasureTrace("chatroom:{lobby}:sealed", "6"), new ErasureTrace("chatroom:{lobby}:m:2", "300"), new ErasureTrace("chatroom:{user:bob}:drafts", "lobby"),
        ]);
    }

    [Theory]
    [InlineData(ErasureMode.Remove)]
    [InlineData(ErasureMode.Anonymize)]
    public async Task Messages_that_cannot_be_decrypted_any_more_are_erased_by_their_author(ErasureMode mode)
    {
        var (_, chat) = Open(isEncrypted: true);
        await chat.SendManyAsync("lobby", [.. Enumerable.Range(0, 10).Select(n => new NewMessage(n % 2 == 0 ? User : Bob, "hello"))], Cancelled);
        await chat.EditAsync("lobby", 1, User, "hello again", cancellationToken: Cancelled);
        await chat.Room("lobby").Schedule.AddAsync(new NewMessage(User, "later"), DateTimeOffset.UtcNow.AddHours(1), Cancelled);
        await chat.Room("lobby").BeginAsync(new NewMessage(User, "begun"), new WritingOptions { Lease = TimeSpan.FromMinutes(5) }, Cancelled);
        Ring.AddMaster();
        Ring.RemoveFirstMaster();
        var (_, other) = Open(isEncrypted: true);
        (await PageAsync(other, Bob)).Should().BeEmpty("no message can be read");

        var exported = await ExportAsync(other);
        exported.Should().Contain(line => line.Contains("\"kind\":\"Scheduled\"", StringComparison.Ordinal));
        exported.Count(line => line.Contains("\"kind\":\"Message\"", StringComparison.Ordinal)).Should().Be(6, "a message that cannot be read is one all the same");
        var report = await other.User(User).EraseAsync(new ErasureOptions { Mode = mode }, cancellationToken: Cancelled);

        report.Messages.Should().Be(6, "one of them is being written");
        report.Findings!.Remaining.Should().BeEmpty();
        (await OccurrencesAsync(User)).Should().BeEmpty();
        (await Database.HashLengthAsync("chatroom:{lobby}:m:0")).Should().Be(mode == ErasureMode.Remove ? 5 : 10);
    }

    [Fact]
    public async Task Without_the_keyRing_nothing_changes_in_the_room_and_the_error_says_why()
    {
        var (_, chat) = Open(isEncrypted: true);
        await chat.SendAsync("lobby", User, "hello", Cancelled);
        var before = await RoomDump.TakeAsync(Admin, "chatroom:{lobby}");
        var (_, other) = Open();

        var refused = await Assert.ThrowsAsync<ChatDataException>(() => other.User(User).EraseAsync(cancellationToken: Cancelled));

        refused.Message.Should().Contain("AddEncryption");
        (await RoomDump.TakeAsync(Admin, "chatroom:{lobby}")).Should().Equal(before);
    }

    private (RedisMessageStore Store, Chat Chat) Open(bool isArchived = false, bool isEncrypted = false)
    {
        var store = Open(new RedisStoreOptions { SealAfter = 1, LiveProbeInterval = TimeSpan.FromMilliseconds(500) }, isEncrypted);
        if (isArchived)
        {
            store.Archiving.UseArchive(_archive);
            store.Archiving.Margin = TimeSpan.Zero;
        }

        return (store, new Chat(store, new ChatOptions { KeptVersions = 3 }));
    }

    /// <summary>800 messages, of which the first 300 are the user's and another's, in turn, and the rest another's. All but the newest buckets are in the archive.</summary>
    private static async Task FillArchivedAsync(RedisMessageStore store, Chat chat)
    {
        for (var sent = 0; sent < 800; sent += 100)
        {
            await chat.SendManyAsync("lobby", [.. Enumerable.Range(sent, 100).Select(n => n < 300 && n % 2 == 0 ? new NewMessage(User, "mine") : new NewMessage(Bob, "yours"))], Cancelled);
        }

        await store.SealedAsync();
        await ArchivingStores.ArchiveAsync(store, "lobby");
    }

    /// <summary>What was sent is remembered for some minutes, and would name the user.</summary>
    private async Task ForgetSendsAsync()
    {
        foreach (var key in Admin.GetServers()[0].Keys(pattern: "*:sent:*").ToList())
        {
            await Database.KeyDeleteAsync(key);
        }
    }

    private static async Task<IReadOnlyList<Message>> PageAsync(Chat chat, string user) =>
        (await chat.ReceiveAsync("lobby", new MessageQuery { User = user, After = 0, Limit = 1000 }, Cancelled)).Messages;

    private static async Task<string[]> ExportAsync(Chat chat)
    {
        using var output = new MemoryStream();
        await chat.User(User).ExportAsync(output, Cancelled);
        return Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Where a text occurs: in the keyspace, decrypted, and in the archive.</summary>
    private async Task<List<string>> OccurrencesAsync(string text)
    {
        var hex = Convert.ToHexString(Encoding.UTF8.GetBytes(text));
        var found = (await RoomDump.TakeAsync(Admin, "")).Where(line => line.Contains(text, StringComparison.Ordinal) || line.Contains(hex, StringComparison.Ordinal)).ToList();
        foreach (var key in Admin.GetServers()[0].Keys(pattern: "*:sealed"))
        {
            var room = ((string)key!).Split('{', '}')[1];
            foreach (var field in await Database.HashGetAllAsync(key))
            {
                found.AddRange(await InBucketAsync(room, (long)field.Name, field.Value, text));
            }
        }

        foreach (var bucket in _archive.Of("lobby"))
        {
            found.AddRange((await InBucketAsync("lobby", bucket.Number, bucket.Content, text)).Select(place => $"archive {place}"));
            found.AddRange(bucket.Users.Where(user => user.Contains(text, StringComparison.Ordinal)).Select(user => $"archive: {user}"));
        }

        return found;
    }

    private async Task<IEnumerable<string>> InBucketAsync(string room, long number, ReadOnlyMemory<byte> content, string text)
    {
        RoomCipher? cipher = null;
        if (SealedBucket.KeyIn(content.Span) is not null)
        {
            cipher = await CipherAsync(room);
        }

        using var bucket = SealedBucket.TryOpen(number, content.Span, cipher);
        bucket.Should().NotBeNull();
        return
        [
            .. Enumerable.Range(0, Buckets.Size).Select(n => (number * Buckets.Size) + n)
                .Where(id => bucket!.TryGet(id, out var value) && Encoding.UTF8.GetString(value.Span).Contains(text, StringComparison.Ordinal)).Select(id => $"{room} {id}"),
        ];
    }

    /// <summary>The room's keys, unwrapped here.</summary>
    private async Task<RoomCipher> CipherAsync(string room)
    {
        var keys = new Dictionary<uint, DataKey>();
        foreach (var field in await Database.HashGetAllAsync($"chatroom:{{{room}}}:key"))
        {
            if (field.Name != StoredKey.Current && StoredKey.TryRead(field.Value, out var createdAt, out var wrapped))
            {
                var key = new DataKey(await Ring.UnwrapAsync(wrapped, $"room:{room}", Cancelled), createdAt);
                keys[key.Id] = key;
            }
        }

        return new RoomCipher(room, new ScopeKeys(keys, "", new Dictionary<string, Exception>(), 0));
    }
}
