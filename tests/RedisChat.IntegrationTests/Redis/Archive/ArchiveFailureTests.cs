using RedisChat.IntegrationTests.Conformance;

namespace RedisChat.IntegrationTests.Redis.Archive;

/// <summary>An archive that is missing, fails or hangs: nothing is lost, and only calls that need it fail.</summary>
public sealed class ArchiveFailureTests : ArchiveTestBase
{
    [Fact]
    public async Task Without_the_archive_recent_pages_are_read_and_older_ones_fail_with_an_error_that_says_why()
    {
        await FillAsync(1000);
        await ArchivingStores.ArchiveAsync(Store, Room);
        await using var other = new RedisMessageStore(Admin, new RedisStoreOptions { SealAfter = 1 });
        var chat = new Chat(other);

        (await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Messages.Should().HaveCount(50);

        (await Assert.ThrowsAsync<ChatArchiveException>(() => chat.ReceiveAsync(Room, new MessageQuery { Before = 300 }, Cancelled))).Message.Should().Contain("AddFileArchive");
        var error = await Assert.ThrowsAsync<ChatArchiveException>(() => chat.GetAsync(Room, 5, Cancelled));
        (error.Room, error.Operation).Should().Be((Room, ChatOperations.Receive));
        await Assert.ThrowsAsync<ChatArchiveException>(() => chat.EditAsync(Room, 5, Actor.Application, "x", cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ChatArchiveException>(() => chat.ReceiveAsync(Room, new MessageQuery(1000) { User = "alice" }, Cancelled));
    }

    [Fact]
    public async Task An_archive_that_fails_removes_nothing_from_Redis_and_fails_only_what_needs_it()
    {
        await FillAsync(1000);
        await Store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled);
        Archive.Before = (_, _) => throw new IOException("The disk is full.");

        var error = await Assert.ThrowsAsync<ChatArchiveException>(() => Store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled).AsTask());

        error.InnerException!.Message.Should().Be("The disk is full.");
        await AllAreThereAsync(1000);

        Archive.Before = null;
        await ArchivingStores.ArchiveAsync(Store, Room);
        Archive.Before = (_, _) => throw new IOException("The disk is gone.");
        (await Chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Messages.Should().HaveCount(50);
        await Assert.ThrowsAsync<ChatArchiveException>(() => Chat.ReceiveAsync(Room, new MessageQuery { Before = 300 }, Cancelled));
        await Assert.ThrowsAsync<ChatArchiveException>(() => Chat.DeleteAsync(Room, 5, Actor.Application, cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ChatArchiveException>(() => Chat.SendAsync(Room, new NewMessage("alice", "a reply") { ReplyTo = 5 }, Cancelled));
        await Chat.SendAsync(Room, new NewMessage("alice", "a reply") { ReplyTo = 999 }, Cancelled);

        Archive.Before = null;
        Archive.Lose(Room, 1);
        (await Assert.ThrowsAsync<ChatArchiveException>(() => Chat.ReceiveAsync(Room, new MessageQuery { Before = 250 }, Cancelled))).Message.Should().Contain("messages 128 to 255").And.Contain("backup");
    }

    [Fact]
    public async Task An_archive_that_hangs_ends_with_the_deadline_of_the_operation_and_holds_nobody_up()
    {
        await FillAsync(1000);
        await ArchivingStores.ArchiveAsync(Store, Room);
        var (other, chat) = NewStore();
        await using var _other = other;
        var impatient = new Chat(other, new ChatOptions { OperationTimeout = TimeSpan.FromMilliseconds(500) }, archive: Archive);

        // It does not even listen to its token.
        Archive.Before = (_, _) => new TaskCompletionSource().Task;

        var reading = Assert.ThrowsAsync<ChatUnavailableException>(() => impatient.ReceiveAsync(Room, new MessageQuery { Before = 300 }, Cancelled));
        (await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Messages.Should().HaveCount(50);
        await chat.SendAsync(Room, "alice", "hello", Cancelled);
        await reading.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
    }

    [Fact]
    public async Task A_process_without_the_archive_that_does_not_know_the_room_takes_nothing_there_for_deleted()
    {
        await Chat.SendAsync(Room, new NewMessage("ann", "@bob") { Mentions = [Mention.User("bob")] }, Cancelled);
        await FillAsync(600);
        await Chat.Room(Room).Pins.PinAsync(5, Actor.Application, Cancelled);
        await ArchivingStores.ArchiveAsync(Store, Room);
        Func<Chat, Task>[] calls =
        [
            chat => chat.GetAsync(Room, 5, Cancelled),
            chat => chat.EditAsync(Room, 5, Actor.Application, "x", cancellationToken: Cancelled),
            chat => chat.DeleteAsync(Room, 5, Actor.Application, cancellationToken: Cancelled),
            chat => chat.SendAsync(Room, new NewMessage("bob", "a reply") { ReplyTo = 5 }, Cancelled),
            chat => chat.Room(Room).Thread(5).SendAsync("bob", "a reply", Cancelled),
            chat => chat.Room(Room).Reactions.AddAsync(5, "bob", "👍", Cancelled),
            chat => chat.Room(Room).Pins.ListAsync(Cancelled),
            chat => chat.Room(Room).Mentions.ListAsync("bob", cancellationToken: Cancelled),
        ];

        foreach (var call in calls)
        {
            await using var other = new RedisMessageStore(Admin, new RedisStoreOptions { SealAfter = 1 });
            await Assert.ThrowsAsync<ChatArchiveException>(() => call(new Chat(other)));
        }
    }
}
