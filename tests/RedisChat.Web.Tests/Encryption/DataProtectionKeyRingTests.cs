using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using RedisChat.AspNetCore;

namespace RedisChat.Web.Tests.Encryption;

public sealed class DataProtectionKeyRingTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("redischat");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Another_node_with_the_same_keys_unwraps()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        using var node = NewNode();
        using var other = NewNode();
        var wrapped = await Ring(node).WrapAsync(key, "room:lobby", Cancelled);

        (await Ring(other).UnwrapAsync(wrapped, "room:lobby", Cancelled)).Should().Equal(key);
        Ring(other).IsCurrent(wrapped).Should().BeTrue();
    }

    [Fact]
    public async Task A_wrapped_key_belongs_to_its_scope_and_application()
    {
        using var node = NewNode();
        using var stranger = NewNode("other");
        var wrapped = await Ring(node).WrapAsync(new byte[32], "room:lobby", Cancelled);

        await Assert.ThrowsAnyAsync<CryptographicException>(async () => await Ring(node).UnwrapAsync(wrapped, "room:other", Cancelled));
        await Assert.ThrowsAnyAsync<CryptographicException>(async () => await Ring(stranger).UnwrapAsync(wrapped, "room:lobby", Cancelled));
        await Assert.ThrowsAnyAsync<CryptographicException>(async () => await Ring(node).UnwrapAsync(new byte[8], "room:lobby", Cancelled));
    }

    [Fact]
    public async Task A_new_or_revoked_master_key_makes_wrapped_keys_old_but_not_unreadable()
    {
        using var node = NewNode();
        var wrapped = await Ring(node).WrapAsync(new byte[32], "room:lobby", Cancelled);
        var keys = node.GetRequiredService<IKeyManager>();
        keys.RevokeAllKeys(DateTimeOffset.UtcNow, "a test");
        keys.CreateNewKey(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));

        // Keys are read when a node starts.
        using var later = NewNode();
        Ring(later).IsCurrent(wrapped).Should().BeFalse();
        (await Ring(later).UnwrapAsync(wrapped, "room:lobby", Cancelled)).Should().HaveCount(32);
        Ring(later).IsCurrent(await Ring(later).WrapAsync(new byte[32], "room:lobby", Cancelled)).Should().BeTrue();
    }

    private ServiceProvider NewNode(string application = "chat")
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddDataProtection().SetApplicationName(application).PersistKeysToFileSystem(_directory);
        return services.BuildServiceProvider();
    }

    private static DataProtectionKeyRing Ring(ServiceProvider node) => new(node.GetRequiredService<IDataProtectionProvider>());
}
