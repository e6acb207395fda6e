using System.Globalization;
using RedisChat.IntegrationTests.Conformance;

namespace RedisChat.IntegrationTests.Redis.Archive;

/// <summary>What an archive costs calls that do not need it, and how much memory of Redis it frees.</summary>
public sealed class ArchiveCostTests : ArchiveTestBase
{
    [Fact]
    public async Task Pages_and_sends_above_the_border_cost_what_they_cost_without_an_archive()
    {
        await FillAsync(1000);
        await FillAsync(1000, "plain");
        await ArchivingStores.ArchiveAsync(Store, Room);
        Archive.Calls.Clear();
        foreach (var room in new[] { Room, "plain" })
        {
            // The scripts are loaded, and the rooms are known.
            await CostAsync(room);
        }

        async Task<long> CostAsync(string room)
        {
            var before = await CommandCount.AllAsync(Admin);
            await Chat.ReceiveAsync(room, cancellationToken: Cancelled);
            await Chat.ReceiveAsync(room, new MessageQuery { Before = 950 }, Cancelled);
            await Chat.GetAsync(room, 900, Cancelled);
            await Chat.SendAsync(room, "alice", "hello", Cancelled);
            await Chat.EditAsync(room, 990, Actor.Application, "edited", cancellationToken: Cancelled);
            return await CommandCount.AllAsync(Admin) - before;
        }

        (await CostAsync(Room)).Should().Be(await CostAsync("plain"));
        Archive.Calls.Should().BeEmpty();
    }

    [Fact]
    public async Task Old_pages_are_cached_until_something_of_the_room_is_put_back()
    {
        await FillAsync(1000);
        await ArchivingStores.ArchiveAsync(Store, Room);
        await IdsAsync();
        Archive.Calls.Clear();

        await IdsAsync();
        Archive.Calls.Should().BeEmpty();

        var (other, chat) = NewStore();
        await using var _other = other;
        await chat.EditAsync(Room, 5, Actor.Application, "by another process", cancellationToken: Cancelled);
        await ArchivingStores.ArchiveAsync(other, Room);
        (await Chat.GetAsync(Room, 5, Cancelled))!.Text.Should().Be("by another process");
        Archive.Calls.Should().Contain("read");
    }

    [Fact]
    public async Task Without_an_archive_a_message_that_does_not_exist_costs_one_command_more()
    {
        await FillAsync(600);
        await using var other = new RedisMessageStore(Admin, new RedisStoreOptions { SealAfter = 1 });
        var chat = new Chat(other);
        (await chat.GetAsync(Room, 600, Cancelled))!.Text.Should().Be("600");
        var before = await CommandCount.AllAsync(Admin);

        (await chat.GetAsync(Room, 5_000_000, Cancelled)).Should().BeNull();

        // Two HGET, and HMGET of the border.
        (await CommandCount.AllAsync(Admin) - before).Should().Be(3);
    }

    [Fact]
    public async Task The_memory_of_Redis_depends_on_what_is_kept_and_not_on_the_age_of_the_room()
    {
        await FillAsync(5_000);
        await ArchivingStores.ArchiveAsync(Store, Room);
        var young = await UsedAsync();

        await FillAsync(20_000);
        await ArchivingStores.ArchiveAsync(Store, Room);
        var old = await UsedAsync();

        TestContext.Current.TestOutputHelper?.WriteLine($"{young} bytes with 5,000 messages, {old} with 25,000.");
        (old - young).Should().BeLessThan(100_000, "20,000 sealed messages take more than 1 MB");

        async Task<long> UsedAsync()
        {
            await foreach (var key in Admin.GetServers()[0].KeysAsync(pattern: "*:sent:*"))
            {
                await Database.KeyDeleteAsync(key);
            }

            var memory = await Admin.GetServers()[0].InfoAsync("memory");
            return long.Parse(memory.SelectMany(section => section).Single(entry => entry.Key == "used_memory").Value, CultureInfo.InvariantCulture);
        }
    }

    [Fact]
    public async Task When_memory_is_full_archiving_makes_room()
    {
        await FillAsync(1000);
        await Admin.GetServers()[0].ConfigSetAsync("maxmemory", "1");

        await ArchivingStores.ArchiveAsync(Store, Room);

        Archive.Of(Room).Should().HaveCount(6);
        await AllAreThereAsync(1000);
        await Assert.ThrowsAsync<ChatStoreFullException>(() => Chat.EditAsync(Room, 5, Actor.Application, "longer", cancellationToken: Cancelled));
    }
}
