#if NET10_0_OR_GREATER
namespace RedisChat.IntegrationTests.Redis.Archive;

/// <summary>The archive on a cluster, with no more rights than docs/operations.md gives.</summary>
public sealed class ArchiveOnClusterTests(SharedCluster cluster)
{
    [Fact]
    public Task Both_rooms_give_the_same_answers() => ArchiveComparisonTests.CompareAsync(cluster.Configuration, new MemoryArchive(), seed: 12, prefix: "chatroom");
}
#endif
