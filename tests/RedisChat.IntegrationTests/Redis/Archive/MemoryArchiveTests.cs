using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Redis.Archive;

/// <summary>What tests of the store build on keeps the contract itself.</summary>
public sealed class MemoryArchiveTests : RoomArchiveTests
{
    private readonly MemoryArchive _archive = new();

    protected override ValueTask<IRoomArchive> OpenAsync() => new(_archive);
}
