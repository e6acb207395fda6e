using RedisChat.Redis;

namespace RedisChat.Tests.Redis;

public sealed class RedisRequirementsTests
{
    [Theory]
    [InlineData("allkeys-lru")]
    [InlineData("allkeys-lfu")]
    [InlineData("allkeys-random")]
    public void A_server_that_deletes_messages_is_refused_with_what_to_do(string policy)
    {
        var check = () => RedisRequirements.Check(Policy(policy), new RedisStoreOptions());

        check.Should().Throw<ChatServerException>().WithMessage(
            $"Redis is set to delete any key when its memory is full (maxmemory-policy {policy}): messages would be lost without an error. "
            + "Run CONFIG SET maxmemory-policy noeviction, or allow it with RedisStoreOptions.AllowEviction.");
    }

    [Fact]
    public void It_is_accepted_where_the_application_allows_it() =>
        RedisRequirements.Check(Policy("allkeys-lru"), new RedisStoreOptions { AllowEviction = true });

    [Theory]
    [InlineData("noeviction")]
    [InlineData("volatile-lru")]
    public void A_server_that_keeps_messages_is_accepted(string policy) => RedisRequirements.Check(Policy(policy), new RedisStoreOptions());

    [Fact]
    public void A_server_that_does_not_tell_is_accepted() => RedisRequirements.Check(ServerInfo.Parse("# Memory\r\n"), new RedisStoreOptions());

    private static ServerInfo Policy(string policy) => ServerInfo.Parse($"# Memory\r\nmaxmemory:0\r\nmaxmemory_policy:{policy}\r\n");
}
