namespace RedisChat.IntegrationTests.Redis.Archive;

/// <summary>The scripts of the archive on Garnet, whose Lua is another version.</summary>
public sealed class ArchiveOnGarnetTests(SharedGarnet garnet)
{
    [Fact]
    public Task Both_rooms_give_the_same_answers() => ArchiveComparisonTests.CompareAsync(garnet.Configuration, new MemoryArchive(), seed: 11);
}
