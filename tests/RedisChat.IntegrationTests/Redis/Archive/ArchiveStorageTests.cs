using RedisChat.IntegrationTests.Conformance;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Archive;

/// <summary>What archiving leaves in Redis, and when buckets move.</summary>
public sealed class ArchiveStorageTests : ArchiveTestBase
{
    [Fact]
    public async Task Old_buckets_move_and_the_newest_two_stay_as_documented()
    {
        await FillAsync(1000);

        await ArchivingStores.ArchiveAsync(Store, Room);

        // Message 1000 is in bucket 7.
        Archive.Of(Room).Select(bucket => bucket.Number).Should().Equal(0, 1, 2, 3, 4, 5);
        var hash = (await Database.HashGetAllAsync(Key)).ToStringDictionary();
        hash["archived"].Should().MatchRegex("^6 [1-9][0-9]{15} [1-9][0-9]{15}$");
        hash["uses"].Should().Be("o");
        (await Database.HashKeysAsync($"{Key}:sealed")).Should().BeEquivalentTo([(RedisValue)6]);
        ((string?)await Database.StringGetAsync($"{Key}:u:alice")).Should().StartWith("769,771,");
        ((string?)await Database.StringGetAsync($"{Key}:u:bob")).Should().StartWith("768,770,");
        (await Database.KeyExistsAsync($"{Key}:u:once")).Should().BeFalse("all of its messages are in the archive");
        (await KeysAsync()).Should().BeEquivalentTo(Key, $"{Key}:sealed", $"{Key}:m:7", $"{Key}:u:alice", $"{Key}:u:bob");
        await AllAreThereAsync(1000);
    }

    [Fact]
    public async Task A_bucket_that_was_put_back_has_a_mark_until_it_is_archived_again()
    {
        await FillAsync(600);
        await ArchivingStores.ArchiveAsync(Store, Room);
        var before = Archive.Of(Room)[0];

        (await Chat.EditAsync(Room, 5, Actor.Application, "edited", cancellationToken: Cancelled))!.Text.Should().Be("edited");

        (await Database.HashKeysAsync($"{Key}:thawed")).Should().BeEquivalentTo([(RedisValue)0]);
        (await Database.HashExistsAsync($"{Key}:sealed", 0)).Should().BeTrue();
        ((string?)await Database.HashGetAsync(Key, "archived")).Should().MatchRegex("^3 [1-9][0-9]{15} [1-9][0-9]{15}$");
        (await Chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("edited");

        await ArchivingStores.ArchiveAsync(Store, Room);

        (await Database.KeyExistsAsync($"{Key}:thawed")).Should().BeFalse();
        (await Database.HashExistsAsync($"{Key}:sealed", 0)).Should().BeFalse();
        Archive.Of(Room)[0].Version.Should().BeGreaterThan(before.Version);
        (await Chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("edited");
        (await Chat.ReceiveAsync(Room, new MessageQuery(3) { Before = 7 }, Cancelled)).Messages.Select(message => message.Text).Should().Equal("4", "edited", "6");
    }

    [Fact]
    public async Task A_bucket_whose_messages_were_all_deleted_goes_from_the_archive_too()
    {
        await FillAsync(600);
        await ArchivingStores.ArchiveAsync(Store, Room);

        await Chat.Room(Room).DeleteManyAsync(MessageSelection.Between(128, 255), Actor.Application, cancellationToken: Cancelled);

        (await IdsAsync()).Should().Equal(Ids(1, 127).Concat(Ids(256, 600)));
        await ArchivingStores.ArchiveAsync(Store, Room);
        (await IdsAsync()).Should().Equal(Ids(1, 127).Concat(Ids(256, 600)));
        Archive.Of(Room).Select(bucket => bucket.Number).Should().Equal(0, 2);
        (await Chat.GetAsync(Room, 130, Cancelled)).Should().BeNull();
    }

    [Fact]
    public async Task Buckets_that_were_left_open_are_packed_for_the_archive_and_those_that_cannot_be_stay_readable()
    {
        await FillAsync(1000);
        var random = new Random(1);
        await using (var off = new RedisMessageStore(Admin, new RedisStoreOptions { SealAfter = null }))
        {
            await new Chat(off).SendManyAsync(Room, [.. Enumerable.Range(1001, 100).Select(n => new NewMessage("carol", Noise(random)))], Cancelled);
            await new Chat(off).SendManyAsync(Room, [.. Enumerable.Range(1101, 100).Select(n => new NewMessage("carol", Noise(random)))], Cancelled);
        }

        await FillAsync(600);
        (await Database.KeyExistsAsync($"{Key}:m:8")).Should().BeTrue("it would not shrink");
        await Database.HashSetAsync($"{Key}:m:9", "note", "another program's");

        await ArchivingStores.ArchiveAsync(Store, Room);

        (await Database.KeyExistsAsync($"{Key}:m:8")).Should().BeFalse();
        (await Database.KeyExistsAsync($"{Key}:m:9")).Should().BeTrue();
        await AllAreThereAsync(1800);
        var byCarol = await Chat.ReceiveAsync(Room, new MessageQuery(1000) { User = "carol" }, Cancelled);
        byCarol.Messages.Select(message => message.Id).Should().Equal(Ids(1001, 1200));
    }

    [Fact]
    public async Task Messages_move_when_they_are_old_enough()
    {
        await FillAsync(600);
        var policy = new ArchivePolicy { KeepFor = TimeSpan.FromHours(1) };

        var step = await Store.Archiving.ArchiveStepAsync(Room, policy, Cancelled);

        step.Moved.Should().Be(0);
        step.Next.Should().BeCloseTo(TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
        (await Database.HashExistsAsync(Key, "archived")).Should().BeFalse("nothing may go yet");

        while (await Store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepFor = TimeSpan.FromMicroseconds(1) }, Cancelled) is { Next: { } next } && next == TimeSpan.Zero)
        {
        }

        Archive.Of(Room).Should().HaveCount(3);
    }

    [Fact]
    public async Task A_room_is_marked_minutes_before_its_first_bucket_goes()
    {
        await FillAsync(600);
        Store.Archiving.Margin = TimeSpan.FromMinutes(6);

        var first = await Store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled);
        var second = await Store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled);

        (first.Moved, second.Moved).Should().Be((0, 0));
        first.Next.Should().Be(TimeSpan.FromMinutes(6));
        second.Next.Should().BeCloseTo(TimeSpan.FromMinutes(6), TimeSpan.FromMinutes(1));
        ((string?)await Database.HashGetAsync(Key, "uses")).Should().Be("o");
        Archive.Calls.Should().BeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("6")]
    [InlineData("6 1 x")]
    [InlineData("-1 1 1")]
    public async Task A_border_that_nobody_wrote_is_reported(string border)
    {
        await FillAsync(1000);
        await ArchivingStores.ArchiveAsync(Store, Room);
        await Database.HashSetAsync(Key, "archived", border);

        var error = await Assert.ThrowsAsync<ChatDataException>(() => Chat.ReceiveAsync(Room, new MessageQuery { Before = 300 }, Cancelled));

        (error.Key, error.Field).Should().Be((Key, "archived"));
        await Assert.ThrowsAsync<ChatDataException>(() => Store.Archiving.ArchiveStepAsync(Room, new ArchivePolicy { KeepMessages = 1 }, Cancelled).AsTask());
    }

    [Fact]
    public async Task What_was_trimmed_before_the_first_bucket_went_to_the_archive_is_deleted_and_not_missing_there()
    {
        await FillAsync(300);
        await Chat.SendAsync(Room, new NewMessage("bob", "a reply") { ReplyTo = 5 }, Cancelled);
        await FillAsync(1000);
        while (await ((IMessageStore)Store).GetAbility<IRetentionStore>()!.TrimStepAsync(Room, new RetentionPolicy { MaxMessages = 1000 }, DateTimeOffset.UtcNow, Cancelled) is { Next: { } next } && next == TimeSpan.Zero)
        {
        }

        await ArchivingStores.ArchiveAsync(Store, Room);

        Archive.Of(Room).Select(bucket => bucket.Number).Should().Equal(2, 3, 4, 5, 6, 7, 8);
        var page = await Chat.ReceiveAsync(Room, new MessageQuery(20) { Before = 310 }, Cancelled);
        page.Messages.Select(message => message.Id).Should().Equal(Ids(290, 309));
        page.Parents[5].Message.Should().BeNull();
        (await IdsAsync()).Should().Equal(Ids(256, 1301));
        (await Chat.GetAsync(Room, 5, Cancelled)).Should().BeNull();
        (await Chat.EditAsync(Room, 5, Actor.Application, "edited", cancellationToken: Cancelled)).Should().BeNull();
        (await Chat.DeleteAsync(Room, 5, Actor.Application, cancellationToken: Cancelled)).Should().BeFalse();
        await Assert.ThrowsAsync<ChatParentNotFoundException>(() => Chat.SendAsync(Room, new NewMessage("bob", "a reply") { ReplyTo = 200 }, Cancelled));
    }

    private static string Noise(Random random)
    {
        const string Symbols = "!#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";
        return string.Concat(Enumerable.Range(0, 2000).Select(_ => Symbols[random.Next(Symbols.Length)]));
    }
}
