using System.Collections.Concurrent;
using System.Text;
using RedisChat.Conformance;
using RedisChat.IntegrationTests.Hostile;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Encryption;

/// <summary>What Redis holds of an encrypted room, and what is published.</summary>
public sealed class EncryptedStorageTests(TestServer server) : IAsyncLifetime
{
    private static readonly Attachment Picture = new()
    {
        Kind = "image",
        Name = "marker-name",
        MediaType = "image/png",
        Size = 7,
        Address = "marker-address",
        Preview = new AttachmentPreview { Text = "marker-preview", Address = "marker-thumbnail" },
    };

    // As RoomDump shows it.
    private static readonly string Marker = Convert.ToHexString("marker"u8);

    private EncryptedChats _chats = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IDatabase Database => server.Connection.GetDatabase();

    public ValueTask InitializeAsync()
    {
        _chats = new EncryptedChats(server.Configuration!, sealAfter: 1);
        return default;
    }

    public ValueTask DisposeAsync() => _chats.DisposeAsync();

    private string Key(string part = "", string room = "lobby") => $"{_chats.Prefix}:{{{room}}}{part}";

    [Fact]
    public async Task A_message_is_stored_as_documented()
    {
        var chat = _chats.NewChat();
        await chat.SendAsync("lobby", new NewMessage("alice", "hello") { IdempotencyKey = "k1", Metadata = new Dictionary<string, string> { ["lang"] = "en" } }, Cancelled);
        await chat.SendAsync("lobby", new NewMessage("bob", "hi") { ReplyTo = 1, Mentions = [Mention.User("alice")] }, Cancelled);
        await chat.EditAsync("lobby", 1, "alice", "hello all", Cancelled);

        var first = (string)(await Database.HashGetAsync(Key(":m:0"), 1))!;
        var second = (string)(await Database.HashGetAsync(Key(":m:0"), 2))!;
        var keys = (await Database.HashGetAllAsync(Key(":key"))).ToStringDictionary();
        first.Should().MatchRegex("""^\{"t":\d{16},"u":"alice","c":"","z":"[A-Za-z0-9+/=]+","k":"k1","v":2,"e":\d{16}\}$""");
        second.Should().MatchRegex("""^\{"t":\d{16},"u":"bob","c":"","z":"[A-Za-z0-9+/=]+","r":1,"n":\["@alice"\]\}$""");
        keys.Should().HaveCount(2).And.ContainKey("current");
        keys[keys["current"]].Should().MatchRegex(@"^\d{16} [A-Za-z0-9+/=]+$");
        var box = Convert.FromBase64String(second.Split("\"z\":\"")[1].Split('"')[0]);
        box[0].Should().Be(1);
        Convert.ToHexString(box[1..5]).ToLowerInvariant().Should().Be(keys["current"]);
        box.Should().HaveCount(1 + 4 + 12 + "?c?:?hi?".Length + 16);
        (await Database.HashGetAsync(Key(), "uses")).ToString().Should().Contain("e");
        (await Database.HashGetAllAsync((await WindowsAsync()).Single())).Select(entry => entry.Value.ToString()).Should().NotContain(value => value.Contains("hello"));
    }

    [Fact]
    public async Task Neither_the_keyspace_nor_any_event_contains_what_users_wrote()
    {
        var events = new ConcurrentQueue<string>();
        await server.Connection.GetSubscriber().SubscribeAsync(
            RedisChannel.Pattern($"{_chats.Prefix}*"), (_, payload) => events.Enqueue(Encoding.Latin1.GetString((byte[])payload!)));
        var store = _chats.Open();
        var chat = new Chat(store, new ChatOptions { KeptVersions = 3 });
        ((IMessageStore)store).GetAbility<IAttachmentNoticeStore>()!.KeepNotices();
        var room = chat.Room("lobby");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        await using var watch = room.WatchAsync(RoomPosition.Start, patience.Token).GetAsyncEnumerator(patience.Token);

        await room.SendAsync(New("marker-first"), Cancelled);
        (await watch.MoveNextAsync()).Should().BeTrue();
        ((RoomEvent.Created)watch.Current).Message.Text.Should().Be("marker-first");
        await room.SendAsync(new NewMessage("bob", "marker-keyed") { IdempotencyKey = "k" }, Cancelled);
        await room.EditAsync(1, "alice", new MessageEdit("marker-edited http://marker-link.example/") { Attachments = [Picture with { Address = "marker-other" }] }, Cancelled);
        await room.Previews.SetAsync(
            1, [new LinkPreview { Address = "http://marker-link.example/", Title = "marker-title", Description = "marker-description", SiteName = "marker-site" }], Cancelled);
        await room.Thread(1).SendAsync("bob", "marker-thread", Cancelled);
        await room.Schedule.AddAsync(New("marker-scheduled"), DateTimeOffset.UtcNow.AddDays(1), Cancelled);
        await chat.User("alice").Drafts.SaveAsync("lobby", "marker-draft", new Dictionary<string, string> { ["marker-draftkey"] = "marker-draftvalue" }, Cancelled);
        var writer = await room.BeginAsync(New("marker-begun"), new WritingOptions { Interval = TimeSpan.Zero }, Cancelled);
        await writer.AppendAsync(" marker-part-one", Cancelled);
        await writer.AppendAsync(" marker-part-two", Cancelled);
        await writer.CompleteAsync(Cancelled);
        await writer.DisposeAsync();
        await using var unfinished = await room.BeginAsync(New(""), new WritingOptions { Interval = TimeSpan.Zero }, Cancelled);
        await unfinished.AppendAsync("marker-unfinished", Cancelled);
        await unfinished.FlushAsync(Cancelled);
        await room.SendManyAsync([.. Enumerable.Range(0, 100).Select(n => new NewMessage("alice", $"marker-many {n}"))], Cancelled);
        await room.SendManyAsync([.. Enumerable.Range(0, 100).Select(n => new NewMessage("alice", $"marker-many {n}"))], Cancelled);
        await store.SealedAsync();
        (await Database.HashExistsAsync(Key(":sealed"), 0)).Should().BeTrue();
        await room.EditAsync(10, "alice", "marker-sealed", Cancelled);
        await room.DeleteAsync(2, "bob", cancellationToken: Cancelled);

        // The watcher gets everything in plain text, live or by reading what it missed.
        string[] expected = ["marker-title", "marker-begun marker-part-one marker-part-two", "marker-many 99", "marker-sealed"];
        var seen = new List<string>();
        while (expected.Except(seen).Any() && await watch.MoveNextAsync())
        {
            var message = watch.Current switch
            {
                RoomEvent.Created created => created.Message,
                RoomEvent.Edited edited => edited.Message,
                RoomEvent.WritingEnded ended => ended.Message,
                _ => null,
            };
            seen.Add(message?.Text ?? "");
            seen.AddRange((message?.Previews ?? (watch.Current as RoomEvent.PreviewsChanged)?.Previews ?? []).Select(preview => preview.Title));
        }

        await Poll.UntilAsync(() => Task.FromResult(events.Any(payload => payload.StartsWith("d ", StringComparison.Ordinal))), "the deletion is published");
        events.Should().HaveCountGreaterThan(12).And.NotContain(payload => payload.Contains("marker"));
        var stored = await RoomDump.TakeAsync(server.Connection, _chats.Prefix);
        stored.Should().HaveCountGreaterThan(80).And.NotContain(line => line.Contains(Marker));
        _chats.Log.Of("UnreadableEvent").Should().BeEmpty();
    }

    [Fact]
    public async Task Encrypted_messages_are_sealed_by_a_process_that_has_keys_whatever_it_chooses_and_by_no_other()
    {
        await using var sending = new EncryptedChats(server.Configuration!, _chats.Ring, sealAfter: null, _chats.Prefix);
        var chat = sending.NewChat();
        for (var sent = 0; sent < 400; sent += 100)
        {
            await chat.SendManyAsync("lobby", [.. Enumerable.Range(0, 100).Select(n => new NewMessage("alice", $"text {n}"))], Cancelled);
        }

        await SealAsync(_chats.Open(isEncrypted: false));
        (await Database.HashExistsAsync(Key(), "sealed")).Should().BeFalse("it is left to others");
        await SealAsync(_chats.Open(_ => false));

        var found = await Database.HashGetAllAsync(Key(":sealed"));
        found.Select(field => SealedBucket.KeyIn(((ReadOnlyMemory<byte>)field.Value).Span)).Should().HaveCountGreaterThan(1).And.NotContainNulls();
        (await chat.ReceiveAsync("lobby", new MessageQuery { After = 0, Limit = 1000 }, Cancelled)).Messages.Should().HaveCount(400);

        static async Task SealAsync(RedisMessageStore store)
        {
            store.Seal("lobby");
            await store.SealedAsync();
        }
    }

    [Fact]
    public async Task Everything_is_read_by_another_process()
    {
        var chat = _chats.NewChat(options: new ChatOptions { KeptVersions = 3 });
        var room = chat.Room("lobby");
        await room.SendAsync(New("one"), Cancelled);
        await room.EditAsync(1, "alice", "two", Cancelled);
        var scheduled = await room.Schedule.AddAsync(New("later"), DateTimeOffset.UtcNow.AddDays(1), Cancelled);
        await chat.User("alice").Drafts.SaveAsync("lobby", "draft", cancellationToken: Cancelled);
        await using var writer = await room.BeginAsync(New("a"), new WritingOptions { Interval = TimeSpan.Zero }, Cancelled);
        await writer.AppendAsync("bc", Cancelled);
        await writer.FlushAsync(Cancelled);

        var other = _chats.NewChat();

        var page = await other.ReceiveAsync("lobby", null, Cancelled);
        page.Messages.Select(message => message.Text).Should().Equal("two", "abc");
        page.Messages[0].Attachments.Should().Equal(Picture);
        page.Messages[0].Metadata.Should().ContainKey("m").WhoseValue.Should().Be("marker-metadata");
        (await other.Room("lobby").Versions.ListAsync(1, Actor.Application, Cancelled)).Single().Text.Should().Be("one");
        (await other.Room("lobby").Schedule.ListAsync("alice", Cancelled)).Single().Message.Should().Match<NewMessage>(message => message.Text == "later" && message.Attachments.Count == 1);
        (await other.User("alice").Drafts.GetAsync("lobby", Cancelled))!.Text.Should().Be("draft");
        (await other.Room("lobby").Schedule.CancelAsync("alice", scheduled.Id, Cancelled)).Should().BeTrue();
    }

    [Fact]
    public async Task Rooms_that_are_not_chosen_stay_plain_and_have_no_key()
    {
        var chat = _chats.NewChat(room => room == "secret");
        await chat.SendAsync("lobby", "alice", "hello", Cancelled);
        await chat.EditAsync("lobby", 1, "alice", "hello all", Cancelled);
        await chat.SendAsync("secret", "alice", "hello", Cancelled);
        await chat.User("alice").Drafts.SaveAsync("lobby", "plain", cancellationToken: Cancelled);
        await chat.User("alice").Drafts.SaveAsync("secret", "other", cancellationToken: Cancelled);

        ((string)(await Database.HashGetAsync(Key(":m:0"), 1))!).Should().Contain("hello all");
        (await Database.KeyExistsAsync(Key(":key"))).Should().BeFalse();
        ((string)(await Database.HashGetAsync(Key(":m:0", "secret"), 1))!).Should().NotContain("hello");
        ((string)(await Database.HashGetAsync(Key(":drafts", "user:alice"), "lobby"))!).Should().Contain("plain");
        ((string)(await Database.HashGetAsync(Key(":drafts", "user:alice"), "secret"))!).Should().NotContain("other");
    }

    [Fact]
    public async Task What_was_plain_stays_readable_and_an_edit_encrypts_it()
    {
        var plain = _chats.NewChat(isEncrypted: false);
        await plain.SendAsync("lobby", new NewMessage("alice", "one") { Metadata = new Dictionary<string, string> { ["a"] = "", ["c"] = "", ["z"] = "eQ==" } }, Cancelled);
        await plain.SendAsync("lobby", "alice", "two", Cancelled);
        var chat = _chats.NewChat();

        await chat.SendAsync("lobby", "alice", "three", Cancelled);
        await chat.EditAsync("lobby", 2, "alice", "zwei", Cancelled);

        var page = await chat.ReceiveAsync("lobby", null, Cancelled);
        page.Messages.Select(message => message.Text).Should().Equal("one", "zwei", "three");
        page.Messages[0].Metadata.Should().HaveCount(3);
        page.Unreadable.Should().BeEmpty();
        ((string)(await Database.HashGetAsync(Key(":m:0"), 2))!).Should().NotContain("zwei").And.Contain("\"z\":");
    }

    [Fact]
    public async Task A_chat_without_keys_reports_encrypted_messages_as_unreadable()
    {
        var chat = _chats.NewChat();
        await chat.SendAsync("lobby", "alice", "hello", Cancelled);
        var plain = _chats.NewChat(isEncrypted: false);

        var page = await plain.ReceiveAsync("lobby", null, Cancelled);

        page.Messages.Should().BeEmpty();
        page.Unreadable.Should().ContainSingle().Which.Id.Should().Be(1);
        var error = await Assert.ThrowsAsync<ChatDataException>(() => plain.GetAsync("lobby", 1, Cancelled));
        error.Message.Should().Contain("AddEncryption");
        (error.Key, error.Field).Should().Be((Key(":m:0"), "1"));
        await Assert.ThrowsAsync<ChatDataException>(() => plain.EditAsync("lobby", 1, "alice", "x", Cancelled));
    }

    private static NewMessage New(string text) => new("alice", text) { Attachments = [Picture], Metadata = new Dictionary<string, string> { ["m"] = "marker-metadata" } };

    private async Task<List<RedisKey>> WindowsAsync()
    {
        var keys = new List<RedisKey>();
        await foreach (var key in server.Connection.GetServers()[0].KeysAsync(pattern: $"{_chats.Prefix}:{{lobby}}:sent:*"))
        {
            keys.Add(key);
        }

        return keys;
    }
}
