using System.Globalization;
using RedisChat.IntegrationTests.Conformance;

namespace RedisChat.IntegrationTests.Redis.Archive;

/// <summary>A room is deleted while a call reads its archive: the call finds the room deleted, or the next one of that name, and reports no damaged archive.</summary>
public sealed class DeletionDuringReadTests(TestServer server) : IAsyncDisposable
{
    private const string Room = "lobby";
    private const int Sent = 600;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("redischat-archive-");
    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private readonly List<RedisMessageStore> _stores = [];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private FileRoomArchive Files => new(Path.Combine(_directory.FullName, "archive"));

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }

        _directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData("page")]
    [InlineData("pageOfUser")]
    [InlineData("all")]
    [InlineData("changes")]
    [InlineData("get")]
    [InlineData("edit")]
    [InlineData("delete")]
    [InlineData("deleteMany")]
    [InlineData("reply")]
    [InlineData("react")]
    [InlineData("pins")]
    [InlineData("mentions")]
    [InlineData("export")]
    [InlineData("verify")]
    [InlineData("trim")]
    public async Task A_call_finds_the_room_deleted(string call)
    {
        foreach (var isCreatedAgain in new[] { false, true })
        {
            var (other, reader, archive) = await PrepareAsync();
            archive.Before("read", async () =>
            {
                await other.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);
                if (isCreatedAgain)
                {
                    await other.SendManyAsync(Room, [.. Enumerable.Range(1, 20).Select(n => new NewMessage("alice", $"new {n}"))], Cancelled);
                }
            });

            var found = await RunAsync(reader, call);

            archive.IsDone.Should().BeTrue("the call reads the archive");
            found.Should().NotContain(text => !isCreatedAgain || !text.StartsWith("new ", StringComparison.Ordinal), "nothing else is left");

            var left = new List<Message>();
            await foreach (var message in reader.ReceiveAllAsync(Room, cancellationToken: Cancelled))
            {
                left.Add(message);
            }

            left.Where(message => message.ReplyTo is null).Should().HaveCount(isCreatedAgain ? 20 : 0);
            await other.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_processes_that_delete_a_room_with_attachments_at_once_keep_each_notice(bool isCompleted)
    {
        // 130 buckets are two steps.
        var (other, slow, archive) = await PrepareAsync(130 * 128, withAttachments: true);
        var directory = _stores[0].GetAbility<IRoomDirectoryStore>()!;
        archive.Before("read", async () =>
        {
            var (cursor, step) = ((string?)null, "");
            do
            {
                cursor = (await directory.DeleteRoomAsync(Room, Actor.Application, cursor, Cancelled)).Cursor;
                step = cursor?.Split(' ')[0] ?? "";
            }
            while (cursor is not null && (isCompleted || step != "scan"));
        });

        await slow.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);

        archive.IsDone.Should().BeTrue("the deletion reads the archive");
        (await other.Rooms.GetInfoAsync(Room, Cancelled)).Should().Match<RoomInfo>(info => !info.Exists && !info.IsBeingDeleted);
        var notices = await _stores[0].GetAbility<IAttachmentNoticeStore>()!.ReadNoticesAsync(Room, 100, Cancelled);
        notices.Select(notice => notice.MessageId).Should().BeEquivalentTo([1L, 300L, 16_500L]);
    }

    [Fact]
    public async Task A_bucket_that_the_archive_lost_is_reported_even_if_another_one_is_put_back_at_that_moment()
    {
        var memory = new MemoryArchive();
        var (other, reader, archive) = await PrepareAsync(archive: memory);
        memory.Lose(Room, 1);
        archive.Before("read", () => other.EditAsync(Room, 5, Actor.Application, "edited", cancellationToken: Cancelled));

        var error = await Assert.ThrowsAsync<ChatArchiveException>(() => reader.ReceiveAsync(Room, new MessageQuery { Before = 200 }, Cancelled));

        error.Message.Should().Contain("messages 128 to 255").And.Contain("backup");
        archive.Calls["read"].Should().Be(2, "it was read again, because the room had changed");
    }

    /// <summary>Runs a call on old messages, and returns the texts that it finds.</summary>
    private async Task<List<string>> RunAsync(Chat chat, string call)
    {
        var room = chat.Room(Room);
        switch (call)
        {
            case "page":
                return Texts((await room.ReceiveAsync(new MessageQuery { Before = 300 }, Cancelled)).Messages);
            case "pageOfUser":
                return Texts((await room.ReceiveAsync(new MessageQuery(300) { User = "bob" }, Cancelled)).Messages.Where(message => message.Id < 384));
            case "all":
                var all = new List<Message>();
                await foreach (var message in room.ReceiveAllAsync(cancellationToken: Cancelled))
                {
                    all.Add(message);
                }

                return Texts(all.Where(message => message.Id < 384));
            case "changes":
                var changes = await room.ReadChangesAsync(RoomPosition.Start, 100, Cancelled);
                return Texts(changes.Events.OfType<RoomEvent.Created>().Select(created => created.Message));
            case "get":
                return await room.GetAsync(5, Cancelled) is { } got ? [got.Text] : [];
            case "edit":
                (await room.EditAsync(5, Actor.Application, "edited", cancellationToken: Cancelled)).Should().BeNull();
                return [];
            case "delete":
                (await room.DeleteAsync(5, Actor.Application, cancellationToken: Cancelled)).Should().BeFalse();
                return [];
            case "deleteMany":
                (await room.DeleteManyAsync(MessageSelection.Of(5, 200), Actor.Application, cancellationToken: Cancelled)).Deleted.Should().Be(0);
                return [];
            case "reply":
                var refusal = await Record.ExceptionAsync(() => room.SendAsync(new NewMessage("bob", "a reply") { ReplyTo = 5 }, Cancelled));
                (refusal is null or ChatParentNotFoundException).Should().BeTrue("{0} was thrown", refusal);
                return [];
            case "react":
                var refused = await Record.ExceptionAsync(() => room.Reactions.AddAsync(5, "bob", "👍", Cancelled));
                (refused is null or (ChatException and not ChatArchiveException and not ChatUnavailableException)).Should().BeTrue("{0} was thrown", refused);
                return [];
            case "pins":
                return Texts((await room.Pins.ListAsync(Cancelled)).Select(pin => pin.Message).OfType<Message>());
            case "mentions":
                return Texts((await room.Mentions.ListAsync("bob", cancellationToken: Cancelled)).Messages);
            case "export":
                await chat.Transfer.ExportAsync(Path.Combine(_directory.FullName, $"{Guid.NewGuid():n}"), cancellationToken: Cancelled);
                return [];
            case "verify":
                (await chat.Transfer.VerifyAsync(cancellationToken: Cancelled)).Differences.Should().NotContain(difference => difference.What == "archive");
                return [];
            case "trim":
                await _stores[^1].GetAbility<IRetentionStore>()!.TrimStepAsync(Room, new RetentionPolicy { MaxMessages = 128 }, DateTimeOffset.UtcNow, Cancelled);
                return [];
            default:
                throw new ArgumentOutOfRangeException(nameof(call), call, null);
        }
    }

    private static List<string> Texts(IEnumerable<Message> messages) => [.. messages.Select(message => message.Text)];

    /// <summary>A room in the archive, and another process that reads it.</summary>
    private async Task<(Chat Other, Chat Reader, InterruptedArchive Archive)> PrepareAsync(int count = Sent, bool withAttachments = false, IRoomArchive? archive = null)
    {
        archive ??= Files;
        var interrupted = new InterruptedArchive(archive);
        var (chat, reader) = (Open(archive), Open(interrupted));
        var file = new Attachment { Kind = "file", Name = "b", MediaType = "text/plain", Size = 0, Address = "b" };
        for (var sent = 0; sent < count;)
        {
            var batch = Enumerable.Range(sent + 1, Math.Min(100, count - sent)).Select(n => new NewMessage(n % 2 == 0 ? "bob" : "alice", n.ToString(CultureInfo.InvariantCulture))
            {
                Mentions = n == 7 ? [Mention.User("bob")] : [],
                Attachments = withAttachments && n is 1 or 300 or 16_500 ? [file] : [],
            }).ToList();
            await chat.SendManyAsync(Room, batch, Cancelled);
            sent += batch.Count;
        }

        await chat.Room(Room).Pins.PinAsync(9, Actor.Application, Cancelled);
        await _stores[^2].SealedAsync();
        await ArchivingStores.ArchiveAsync(_stores[^2], Room);
        return (chat, reader, interrupted);
    }

    private Chat Open(IRoomArchive archive)
    {
        var store = new RedisMessageStore(server.Connection, new RedisStoreOptions { KeyPrefix = _prefix, SealAfter = 1 });
        (store.Archiving.Margin, store.Archiving.Rest) = (TimeSpan.Zero, TimeSpan.Zero);
        _stores.Add(store);
        return new Chat(store, attachments: new Nobody(), archive: archive);
    }

    private sealed class Nobody : IAttachmentStore
    {
        public ValueTask ReleasedAsync(IReadOnlyList<ReleasedAttachment> attachments, CancellationToken cancellationToken = default) => throw new NotSupportedException("The upkeep does not run here.");
    }
}
