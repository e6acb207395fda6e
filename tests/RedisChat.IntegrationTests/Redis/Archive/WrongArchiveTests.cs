using System.Globalization;
using RedisChat.IntegrationTests.Conformance;
using RedisChat.IntegrationTests.Redis.Erasure;

namespace RedisChat.IntegrationTests.Redis.Archive;

/// <summary>A process with another archive than the one to which the room's messages were moved: a directory that is not mounted, for example. It has nothing of the room, and no call may take that for an answer.</summary>
public sealed class WrongArchiveTests : OwnServerTestBase
{
    private const string Room = "lobby";
    private const string Key = "chatroom:{lobby}";

    private readonly MemoryArchive _archive = new();
    private readonly MemoryArchive _wrong = new();
    private RedisMessageStore _store = null!;
    private Chat _chat = null!;
    private RedisMessageStore _otherStore = null!;
    private Chat _other = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        (_store, _chat) = Open(_archive);
        (_otherStore, _other) = Open(_wrong);
        foreach (var numbers in Enumerable.Range(1, 1000).Chunk(100))
        {
            // Carol's messages are 1 to 199, all of which move.
            await _chat.SendManyAsync(Room, [.. numbers.Select(n => new NewMessage(n < 200 && n % 2 == 1 ? "carol" : "bob", n.ToString(CultureInfo.InvariantCulture)))], Cancelled);
        }

        await _store.SealedAsync();
        await ArchivingStores.ArchiveAsync(_store, Room);
    }

    [Fact]
    public async Task Pages_of_a_user_fail_where_the_archive_has_to_be_asked()
    {
        (await _chat.ReceiveAsync(Room, new MessageQuery(200) { User = "carol" }, Cancelled)).Messages.Should().HaveCount(100);
        (await _other.ReceiveAsync(Room, new MessageQuery(50) { User = "bob" }, Cancelled)).Messages.Should().HaveCount(50);
        _wrong.Calls.Should().BeEmpty("all of that is in Redis");

        await FailsAsync(() => _other.ReceiveAsync(Room, new MessageQuery(200) { User = "carol" }, Cancelled));
        await FailsAsync(() => _other.ReceiveAsync(Room, new MessageQuery(200) { User = "carol", After = 0 }, Cancelled));
    }

    [Fact]
    public async Task The_right_archive_is_recognized_once_and_not_with_each_page()
    {
        var query = new MessageQuery(10) { User = "carol" };
        await _chat.ReceiveAsync(Room, query, Cancelled);
        _archive.Calls.Clear();

        await _chat.ReceiveAsync(Room, query, Cancelled);

        _archive.Calls.Should().BeEquivalentTo(["find"]);
    }

    [Fact]
    public async Task A_bulk_deletion_deletes_nothing()
    {
        await FailsAsync(() => _other.Room(Room).DeleteManyAsync(MessageSelection.By("carol"), Actor.Application, cancellationToken: Cancelled));

        (await _chat.ReceiveAsync(Room, new MessageQuery(200) { User = "carol" }, Cancelled)).Messages.Should().HaveCount(100);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_erasure_fails_and_so_do_its_dry_run_and_its_proof(bool isDryRun)
    {
        await FailsAsync(() => _other.User("carol").EraseAsync(new ErasureOptions { IsDryRun = isDryRun }, cancellationToken: Cancelled));
        await FailsAsync(() => ErasureSteps.SearchAsync(((IMessageStore)_otherStore).GetAbility<IErasureStore>()!, "carol", Cancelled));

        (await _chat.User("carol").EraseAsync(cancellationToken: Cancelled)).Messages.Should().Be(100);
    }

    [Fact]
    public async Task The_proof_fails_if_the_archive_lost_a_bucket()
    {
        _archive.Lose(Room, 1);

        await FailsAsync(() => ErasureSteps.SearchAsync(((IMessageStore)_store).GetAbility<IErasureStore>()!, "carol", Cancelled));
    }

    [Fact]
    public async Task Nothing_moves_to_it()
    {
        for (var n = 0; n < 300; n++)
        {
            await _chat.SendAsync(Room, "bob", "more", Cancelled);
        }

        var step = () => _otherStore.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled).AsTask();
        await FailsAsync(step);
        await FailsAsync(() => _other.Room(Room).ArchiveMessagesAsync(new ArchivePolicy { KeepMessages = 1 }, isDryRun: true, cancellationToken: Cancelled));

        await ArchivingStores.ArchiveAsync(_store, Room);
        await _chat.EditAsync(Room, 5, Actor.Application, "edited", cancellationToken: Cancelled);
        await FailsAsync(step);

        _wrong.Calls.Should().NotContain("put");
        await ArchivingStores.ArchiveAsync(_store, Room);
        (await _chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("edited");
    }

    [Fact]
    public async Task The_deletion_of_the_room_stops_and_continues_with_the_right_archive()
    {
        await FailsAsync(() => _other.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled));

        _wrong.Calls.Should().NotContain("remove");
        _archive.Of(Room).Should().NotBeEmpty();
        await _chat.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);
        _archive.Of(Room).Should().BeEmpty();
        (await Database.KeyExistsAsync(Key)).Should().BeFalse();
    }

    [Fact]
    public async Task A_deletion_that_ends_after_the_archive_has_removed_the_room_can_be_continued()
    {
        _archive.Before = async (call, token) =>
        {
            if (call == "remove")
            {
                _archive.Before = null;
                await _archive.RemoveRoomAsync(Room, await EpochAsync(), token);
                throw new IOException("The answer is lost.");
            }
        };
        await Assert.ThrowsAsync<ChatArchiveException>(() => _chat.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled));
        (await Database.KeyExistsAsync(Key)).Should().BeTrue();

        await _chat.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);

        (await Database.KeyExistsAsync(Key)).Should().BeFalse();
    }

    [Fact]
    public async Task Two_processes_that_delete_the_room_at_once_both_succeed()
    {
        _archive.Before = async (call, _) =>
        {
            if (call == "read")
            {
                // This process is about to check the archive, and the other one completes the deletion.
                _archive.Before = null;
                await Open(_archive).Chat.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);
            }
        };

        await _chat.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);

        (await Database.KeyExistsAsync(Key)).Should().BeFalse();
    }

    [Fact]
    public async Task A_room_whose_archive_is_lost_for_good_can_be_deleted_as_documented()
    {
        await Database.HashDeleteAsync(Key, "archived");

        await _other.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);

        (await Database.KeyExistsAsync(Key)).Should().BeFalse();
    }

    private static async Task FailsAsync(Func<Task> call) =>
        (await Assert.ThrowsAsync<ChatArchiveException>(call)).Message.Should().Contain("The archive lacks messages").And.Contain("Is it the right archive?");

    /// <summary>The epoch that the room had before its deletion.</summary>
    private async Task<ulong> EpochAsync() =>
        ulong.Parse(((string?)await Database.HashGetAsync(Key, "gone"))!.Split(' ')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private (RedisMessageStore Store, Chat Chat) Open(MemoryArchive archive)
    {
        var store = Open(new RedisStoreOptions { SealAfter = 1 });
        (store.Archiving.Margin, store.Archiving.Rest) = (TimeSpan.Zero, TimeSpan.Zero);
        return (store, new Chat(store, new ChatOptions(), archive: archive));
    }
}
