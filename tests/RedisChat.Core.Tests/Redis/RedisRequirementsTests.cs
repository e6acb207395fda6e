using RedisChat.Redis;

namespace RedisChat.Tests.Redis;

public sealed class RedisRequirementsTests
{
    [Theory]
    [InlineData("allkeys-lru")]
    [InlineData("allkeys-lfu")]
    [InlineData("allkeys-random")]
    public void A_server_that_deletes_messages_is_refused_with_what_to_do(string policy) =>
        RedisRequirements.RefusalOf(Policy(policy), allowsEviction: false).Should().Contain($"maxmemory-policy {policy}")
            .And.Contain("CONFIG SET maxmemory-policy noeviction").And.Contain("RedisStoreOptions.AllowEviction");

    [Fact]
    public void It_is_accepted_where_the_application_allows_it() =>
        RedisRequirements.RefusalOf(Policy("allkeys-lru"), allowsEviction: true).Should().BeNull();

    [Theory]
    [InlineData("noeviction")]
    [InlineData("volatile-lru")]
    public void A_server_that_keeps_messages_is_accepted(string policy) =>
        RedisRequirements.RefusalOf(Policy(policy), allowsEviction: false).Should().BeNull();

    [Fact]
    public void A_server_that_does_not_tell_is_accepted() =>
        RedisRequirements.RefusalOf(ServerInfo.Parse("# Memory\r\n"), allowsEviction: false).Should().BeNull();

    private static ServerInfo Policy(string policy) => ServerInfo.Parse($"# Memory\r\nmaxmemory:0\r\nmaxmemory_policy:{policy}\r\n");
}
