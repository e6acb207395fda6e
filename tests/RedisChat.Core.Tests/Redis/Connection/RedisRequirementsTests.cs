using RedisChat.Redis;

namespace RedisChat.Tests.Redis;

public sealed class RedisRequirementsTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("allkeys-lru")]
    [InlineData("allkeys-random")]
    public void A_server_that_evicts_messages_is_refused_unless_that_is_allowed(string policy)
    {
        var info = ServerInfo.Parse($"maxmemory_policy:{policy}\r\n");

        RedisRequirements.RefusalOf(info, allowsEviction: false).Should()
            .Contain(policy).And.Contain("CONFIG SET maxmemory-policy noeviction").And.Contain("RedisStoreOptions.AllowEviction");
        RedisRequirements.RefusalOf(info, allowsEviction: true).Should().BeNull();
    }

    [Theory]
    [InlineData("maxmemory_policy:noeviction")]
    [InlineData("maxmemory_policy:volatile-ttl")]
    [InlineData("")]
    public void A_server_that_keeps_messages_or_does_not_say_is_accepted(string info) =>
        RedisRequirements.RefusalOf(ServerInfo.Parse(info), allowsEviction: false).Should().BeNull();

    [Theory]
    [InlineData("connected_slaves:2", null)]
    [InlineData("connected_slaves:1", "Replicated(2) needs 2 connected replicas, and the primary has 1")]
    [InlineData("", "the primary has 0")]
    public void Replicated_needs_enough_replicas(string info, string? refusal) =>
        Expect(RedisRequirements.RefusalOf(ServerInfo.Parse(info), Durability.Replicated(2, Second)), refusal);

    [Theory]
    [InlineData("redis_version:7.2.0\naof_enabled:1", null)]
    [InlineData("redis_version:7.2.4\nvalkey_version:8.0.1\naof_enabled:1", null)]
    [InlineData("redis_version:7.2.0\naof_enabled:0", "CONFIG SET appendonly yes")]
    [InlineData("redis_version:7.0.15\naof_enabled:1", "the server is Redis 7.0.15")]
    [InlineData("redis_version:7.4.3\ngarnet_version:1.2\naof_enabled:1", "the server is Garnet")]
    public void Fsynced_needs_WAITAOF_and_an_append_only_file(string info, string? refusal) =>
        Expect(RedisRequirements.RefusalOf(ServerInfo.Parse(info), Durability.Fsynced(Second)), refusal);

    private static void Expect(string? actual, string? expected)
    {
        if (expected is null)
        {
            actual.Should().BeNull();
        }
        else
        {
            actual.Should().Contain(expected);
        }
    }
}
