using System.Text.Json;
using RedisChat.IntegrationTests.Redis.Transfer;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary>Commands for all rooms on a cluster, where the rooms are on several servers.</summary>
public sealed class ToolClusterTests(SharedCluster cluster)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_rooms_are_listed()
    {
        // With a prefix of its own, so as the default user.
        var (configuration, prefix) = (cluster.Configuration.Replace(",user=chat,password=secret", "", StringComparison.Ordinal), $"test-{Guid.NewGuid():n}");
        await using var store = new RedisMessageStore(configuration, new RedisStoreOptions { KeyPrefix = prefix });
        var ids = await RoomsToFind.FillAsync(store, 30, Cancelled);

        var run = await ToolProcess.RunWithAsync([new("REDISCHAT_REDIS", configuration)], [], "rooms", "--json", "--prefix", prefix);

        run.ExitCode.Should().Be(0, string.Join('\n', run.Errors));
        var page = JsonSerializer.Deserialize(run.Output.Should().ContainSingle().Which, ChatJsonContext.Default.RoomPage)!;
        page.Rooms.Select(room => room.Id).Should().Equal(ids);
        page.Rooms.Should().OnlyContain(room => room.Messages == 1 && room.LastMessageAt != null);
    }
}
