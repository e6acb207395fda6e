using Microsoft.Extensions.DependencyInjection;

namespace RedisChat.Tests.Encryption;

public sealed class AddEncryptionTests
{
    [Fact]
    public void A_store_that_does_not_encrypt_is_refused()
    {
        using var provider = With(builder => builder.UseRedis("localhost:1,abortConnect=false").UseClassicLayout());

        var error = Assert.Throws<NotSupportedException>(() => provider.GetRequiredService<Chat>());

        error.Message.Should().Contain("AddEncryption").And.Contain(nameof(ClassicMessageStore));
    }

    [Fact]
    public void A_store_in_memory_is_accepted_because_it_stores_nothing_elsewhere()
    {
        using var provider = With(builder => builder.UseInMemory());

        provider.GetRequiredService<Chat>().Should().NotBeNull();
    }

    [Fact]
    public async Task Redis_encrypts_and_only_then_has_keys_to_rotate()
    {
        await using var provider = With(builder => builder.UseRedis("localhost:1,abortConnect=false"));
        var services = new ServiceCollection();
        services.AddRedisChat("localhost:1,abortConnect=false");
        await using var plain = services.BuildServiceProvider();

        provider.GetRequiredService<IMessageStore>().GetAbility<IEncryptionStore>().Should().NotBeNull();
        plain.GetRequiredService<IMessageStore>().GetAbility<IEncryptionStore>().Should().BeNull();
        var error = await Assert.ThrowsAsync<NotSupportedException>(() => plain.GetRequiredService<Chat>().Room("lobby").EncryptionKeys.RotateAsync(TestContext.Current.CancellationToken));
        error.Message.Should().Contain("AddEncryption");
    }

    private static ServiceProvider With(Func<IRedisChatBuilder, IRedisChatBuilder> choose)
    {
        var services = new ServiceCollection();
        choose(services.AddRedisChat()).AddEncryption<NoKeys>();
        return services.BuildServiceProvider();
    }

    private sealed class NoKeys : IChatKeyRing
    {
        public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key, string scope, CancellationToken cancellationToken = default) => throw new InvalidOperationException();

        public ValueTask<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrapped, string scope, CancellationToken cancellationToken = default) => throw new InvalidOperationException();

        public bool IsCurrent(ReadOnlyMemory<byte> wrapped) => true;
    }
}
