using RedisChat.IntegrationTests.Conformance;

namespace RedisChat.IntegrationTests.Redis.Archive;

/// <summary>Deleted messages and deleted rooms of which the archive has a part.</summary>
public sealed class ArchivedDeletionTests : ArchiveTestBase
{
    [Fact]
    public async Task A_reply_to_a_deleted_message_in_the_archive_is_refused()
    {
        await FillAsync(600);
        await Chat.DeleteAsync(Room, 5, Actor.Application, cancellationToken: Cancelled);
        await ArchivingStores.ArchiveAsync(Store, Room);

        await Assert.ThrowsAsync<ChatParentNotFoundException>(() => Chat.SendAsync(Room, new NewMessage("bob", "a reply") { ReplyTo = 5 }, Cancelled));
        await Assert.ThrowsAsync<ChatParentNotFoundException>(() => Chat.Room(Room).Thread(5).SendAsync("bob", "a reply", Cancelled));
        (await Database.KeyExistsAsync($"{Key}:thawed")).Should().BeFalse("nothing had to be put back");
        await Chat.Room(Room).Thread(6).SendAsync("bob", "a reply", Cancelled);
    }

    [Fact]
    public async Task The_deletion_of_a_room_removes_it_from_the_archive_and_a_room_of_the_same_name_begins_empty()
    {
        await FillAsync(600);
        await ArchivingStores.ArchiveAsync(Store, Room);

        await Chat.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);

        Archive.Of(Room).Should().BeEmpty();
        await FillAsync(300);
        (await IdsAsync()).Should().Equal(Ids(1, 300));
        await ArchivingStores.ArchiveAsync(Store, Room);
        (await IdsAsync()).Should().Equal(Ids(1, 300));
    }

    [Fact]
    public async Task A_room_in_the_archive_cannot_be_deleted_by_a_process_without_it_and_the_deletion_can_be_continued()
    {
        await FillAsync(600);
        await ArchivingStores.ArchiveAsync(Store, Room);
        await using var other = new RedisMessageStore(Admin, new RedisStoreOptions { SealAfter = 1 });

        await Assert.ThrowsAsync<ChatArchiveException>(() => new Chat(other).Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled));

        Archive.Of(Room).Should().NotBeEmpty();
        await Chat.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);
        Archive.Of(Room).Should().BeEmpty();
        (await KeysAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task When_memory_is_full_a_room_in_the_archive_can_be_deleted()
    {
        await FillAsync(1000);
        await ArchivingStores.ArchiveAsync(Store, Room);
        await Admin.GetServers()[0].ConfigSetAsync("maxmemory", "1");

        await Chat.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);

        Archive.Of(Room).Should().BeEmpty();
        (await KeysAsync()).Should().BeEmpty();
    }
}
