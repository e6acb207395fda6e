using System.Globalization;
using System.Text;
using RedisChat.IntegrationTests.Hostile;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Attachments;

/// <summary>How attachments, previews and notices are stored, what they cost, and that nothing is left of them.</summary>
public sealed class AttachmentStorageTests(TestServer server)
{
    private const string Secret = "xylophone";

    private static readonly Attachment Picture = new()
    {
        Kind = "image",
        Name = $"{Secret}.png",
        MediaType = "image/png",
        Size = 7,
        Address = $"files/{Secret}",
        Preview = new AttachmentPreview { Text = "a", Address = "b", Width = 3, Height = 4 },
    };

    private static readonly Attachment File = new() { Kind = "file", Name = "b", MediaType = "text/plain", Size = 0, Address = "b" };

    private readonly string _prefix = $"test-{Guid.NewGuid():n}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IDatabase Database => server.Connection.GetDatabase();

    private string Room => $"{_prefix}:{{lobby}}";

    [Fact]
    public async Task They_are_stored_as_documented()
    {
        await using var store = NewStore();
        var chat = Tracking(store);
        await chat.SendAsync("lobby", new NewMessage("alice", "See http://a.example") { Attachments = [Picture, File] }, Cancelled);
        await chat.SendAsync("lobby", new NewMessage("alice", "") { Attachments = [File] }, Cancelled);
        await chat.Room("lobby").Thread(2).SendAsync(new NewMessage("bob", "reply") { Attachments = [File] }, Cancelled);
        await chat.Room("lobby").Previews.SetAsync(1, [new LinkPreview { Address = "http://a.example", Title = "A", Description = "d", Image = "http://a.example/i", SiteName = "s" }], Cancelled);
        var revision = (string?)await Database.HashGetAsync(Room, "rev");

        (await Database.HashGetAsync(Room, "uses")).Should().Be("af");
        var stamps = new[] { await StampAsync("lobby", 1), await StampAsync("lobby", 2), await StampAsync(chat.Room("lobby").Thread(2).Id, 1) };
        (await Database.HashGetAsync($"{Room}:m:0", "1")).Should().Be(
            $$$$"""{"t":{{{{stamps[0]}}}},"u":"alice","c":"See http://a.example","a":[{"k":"image","n":"xylophone.png","t":"image/png","s":7,"a":"files/xylophone","p":{"t":"a","a":"b","w":3,"h":4}},{"k":"file","n":"b","t":"text/plain","s":0,"a":"b"}],"p":[{{{{revision}}}},{"a":"http://a.example","t":"A","d":"d","i":"http://a.example/i","s":"s"}]}""");
        (await Database.SortedSetRangeByRankAsync($"{Room}:changed", -1)).Single().Should().Be($"{revision}:k:1");

        await chat.EditAsync("lobby", 1, "alice", new MessageEdit("gone") { Attachments = [File] }, Cancelled);
        await chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled);
        await chat.Room("lobby").DeleteManyAsync(MessageSelection.Of(2), Actor.Application, cancellationToken: Cancelled);
        await chat.Room("lobby").Thread(2).DeleteAsync(1, "bob", cancellationToken: Cancelled);

        (await Database.HashGetAllAsync($"{Room}:attachments")).ToStringDictionary().Should().BeEquivalentTo(new Dictionary<string, string>
        {
            [$":1:{stamps[0]}:1"] = """e[{"k":"image","n":"xylophone.png","t":"image/png","s":7,"a":"files/xylophone","p":{"t":"a","a":"b","w":3,"h":4}}]""",
            [$":1:{stamps[0]}:2"] = """d[{"k":"file","n":"b","t":"text/plain","s":0,"a":"b"}]""",
            [$":2:{stamps[1]}:1"] = """d[{"k":"file","n":"b","t":"text/plain","s":0,"a":"b"}]""",
            [$"2:1:{stamps[2]}:1"] = """d[{"k":"file","n":"b","t":"text/plain","s":0,"a":"b"}]""",
        });

        async Task<long> StampAsync(string room, long id) => Micros.FromTime((await chat.GetAsync(room, id, Cancelled))!.Timestamp);
    }

    [Fact]
    public async Task A_deletion_that_keeps_notices_of_a_room_leaves_them_alone_and_they_go_when_they_were_reported()
    {
        await using var store = NewStore();
        var chat = Tracking(store);
        await chat.SendAsync("lobby", new NewMessage("attachments", "") { Attachments = [Picture] }, Cancelled);
        await chat.Room("lobby").Thread(1).SendAsync(new NewMessage("attachments", "reply") { Attachments = [Picture] }, Cancelled);

        await chat.Rooms.DeleteAsync("lobby", Actor.Application, cancellationToken: Cancelled);

        Keys().Where(key => !key.Contains(":upkeep", StringComparison.Ordinal)).Should().Equal($"{Room}:attachments");
        var notices = store.GetAbility<IAttachmentNoticeStore>()!;
        var read = await notices.ReadNoticesAsync("lobby", 100, Cancelled);
        read.Select(notice => notice.Room).Should().BeEquivalentTo("lobby", new ThreadId("lobby", 1).RoomId);
        await notices.RemoveNoticesAsync("lobby", read, Cancelled);
        Keys().Where(key => !key.Contains(":upkeep", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public async Task Nothing_of_deleted_attachments_is_left_once_they_were_reported()
    {
        await using var store = NewStore();
        var chat = Tracking(store);
        var room = chat.Room("lobby");
        for (var i = 0; i < 300; i += 100)
        {
            await room.SendManyAsync([.. Enumerable.Range(0, 100).Select(_ => new NewMessage("alice", "look") { Attachments = [Picture] })], Cancelled);
        }

        await store.SealedAsync();
        await room.EditAsync(5, "alice", new MessageEdit("sealed") { Attachments = [Picture, File] }, Cancelled);
        await room.EditAsync(6, "alice", new MessageEdit("sealed") { Attachments = [] }, Cancelled);
        await room.EditAsync(299, "alice", new MessageEdit("open") { Attachments = [File] }, Cancelled);
        await room.DeleteAsync(5, "alice", cancellationToken: Cancelled);
        await room.DeleteAsync(298, "alice", cancellationToken: Cancelled);
        await room.DeleteManyAsync(MessageSelection.By("alice"), Actor.Application, cancellationToken: Cancelled);
        var notices = store.GetAbility<IAttachmentNoticeStore>()!;
        var released = new List<AttachmentNotice>();
        for (IReadOnlyList<AttachmentNotice> read; (read = await notices.ReadNoticesAsync("lobby", 64, Cancelled)).Count > 0;)
        {
            released.AddRange(read);
            await notices.RemoveNoticesAsync("lobby", read, Cancelled);
        }

        released.SelectMany(notice => notice.Attachments.Select(attachment => (notice.MessageId, attachment.Address))).Where(pair => pair.Address == Picture.Address).Select(pair => pair.MessageId)
            .Should().BeEquivalentTo(Enumerable.Range(1, 300));
        foreach (var key in Keys())
        {
            Encoding.UTF8.GetString((await Database.KeyDumpAsync(key))!).Should().NotContain(Secret, key);
            key.Should().NotContain("attachments");
        }
    }

    [Fact]
    public async Task A_room_in_which_nobody_wants_notices_has_no_key_and_no_mark()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await chat.SendManyAsync("lobby", [new("alice", "one"), new("alice", "") { Attachments = [Picture] }, new("alice", "") { Attachments = [Picture] }], Cancelled);
        await chat.EditAsync("lobby", 2, "alice", new MessageEdit("two") { Attachments = [File] }, Cancelled);
        await chat.DeleteAsync("lobby", 2, "alice", cancellationToken: Cancelled);
        await chat.Room("lobby").DeleteManyAsync(MessageSelection.Of(3), Actor.Application, cancellationToken: Cancelled);

        (await Database.HashKeysAsync(Room)).Select(field => (string)field!).Should().BeEquivalentTo("epoch", "last", "at", "rev", "deleted");
        Keys().Should().NotContain(key => key.EndsWith(":attachments", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_value_that_is_not_a_notice_is_one_clear_error()
    {
        await using var store = NewStore();
        foreach (var (field, value) in new[] { ("1", "d[]"), (":x:1:1", "d[]"), (":1:1:1", ""), (":1:1:1", "z[]"), (":1:1:1", "d"), (":1:1:1", "d[7]"), ("x:1:1:1", "d[]") })
        {
            await Database.KeyDeleteAsync($"{Room}:attachments");
            await Database.HashSetAsync($"{Room}:attachments", field, value);

            var error = await Assert.ThrowsAsync<ChatDataException>(() => store.GetAbility<IAttachmentNoticeStore>()!.ReadNoticesAsync("lobby", 10, Cancelled).AsTask());

            (error.Key, error.Field).Should().Be(($"{Room}:attachments", field));
        }
    }

    [Fact]
    public async Task A_deletion_that_is_over_keeps_no_notices_of_a_later_room()
    {
        await using var store = NewStore();
        var chat = Tracking(store);
        await chat.SendAsync("lobby", new NewMessage("alice", "") { Attachments = [Picture] }, Cancelled);
        var rooms = store.GetAbility<IRoomDirectoryStore>()!;
        var begun = await rooms.DeleteRoomAsync("lobby", Actor.Application, null, Cancelled);
        await chat.Rooms.DeleteAsync("lobby", Actor.Application, cancellationToken: Cancelled);
        await chat.SendAsync("lobby", new NewMessage("alice", "") { Attachments = [File] }, Cancelled);

        // What another process would do that was paused since.
        (await rooms.DeleteRoomAsync("lobby", Actor.Application, begun.Cursor, Cancelled)).Cursor.Should().BeNull();

        (await store.GetAbility<IAttachmentNoticeStore>()!.ReadNoticesAsync("lobby", 10, Cancelled)).Single().Attachments.Should().Equal(Picture);
        (await chat.GetAsync("lobby", 1, Cancelled))!.Attachments.Should().Equal(File);
    }

    [Fact]
    public async Task A_deletion_that_fails_in_the_middle_leaves_no_notice()
    {
        await using var store = NewStore();
        var chat = Tracking(store);
        await chat.SendManyAsync("lobby", [new("alice", "") { Attachments = [Picture] }, new("alice", "") { Attachments = [File] }], Cancelled);
        await Database.ListLeftPushAsync($"{Room}:changed", "another type");
        var before = await DumpAsync();

        await Assert.ThrowsAsync<ChatDataException>(() => chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ChatDataException>(() => chat.EditAsync("lobby", 1, "alice", new MessageEdit("x") { Attachments = [] }, Cancelled));
        await Assert.ThrowsAsync<ChatDataException>(() => chat.Room("lobby").DeleteManyAsync(MessageSelection.Between(1, 2), Actor.Application, cancellationToken: Cancelled));

        (await DumpAsync()).Should().Equal(before);
    }

    private async Task<IReadOnlyList<string>> DumpAsync()
    {
        var values = new List<string>();
        foreach (var key in Keys().Where(key => !key.Contains(":upkeep", StringComparison.Ordinal)))
        {
            values.Add(key + Convert.ToHexString((await Database.KeyDumpAsync(key))!));
        }

        return values;
    }

    private List<string> Keys() => [.. server.Connection.GetServers()[0].Keys(pattern: $"{_prefix}*", pageSize: 1000).Select(key => (string)key!).Order(StringComparer.Ordinal)];

    private static Chat Tracking(IMessageStore store) => new(store, attachments: new Nobody());

    private RedisMessageStore NewStore() =>
        new(ConfigurationOptions.Parse(server.Configuration!), new RedisStoreOptions { KeyPrefix = _prefix, SealAfter = 1 });

    private sealed class Nobody : IAttachmentStore
    {
        public ValueTask ReleasedAsync(IReadOnlyList<ReleasedAttachment> attachments, CancellationToken cancellationToken = default) => throw new NotSupportedException("The upkeep does not run here.");
    }
}
