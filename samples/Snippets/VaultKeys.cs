using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using RedisChat;

namespace Snippets;

/// <summary>Uses <see cref="VaultKeyRing"/>: a room is encrypted, and the master key is changed.</summary>
internal static class VaultKeys
{
    public static async Task RunAsync(string redis)
    {
        var vault = new LocalVault();
        vault.Rotate();
        await using (var services = Build(redis, vault))
        {
            var chat = services.GetRequiredService<Chat>();
            await chat.SendAsync("safe", "alice", "hello");
            vault.Rotate();
            var rewrapped = await chat.Room("safe").EncryptionKeys.RewrapAsync();
            Require(rewrapped == 1 && await chat.Room("safe").EncryptionKeys.RewrapAsync() == 0, "The data key was wrapped with the new master key.");
        }

        vault.RemoveOld();
        await using (var services = Build(redis, vault))
        {
            var chat = services.GetRequiredService<Chat>();
            Require((await chat.GetAsync("safe", 1))?.Text == "hello", "The message is readable without the old master key.");
            await chat.Rooms.DeleteAsync("safe", Actor.Application);
        }

        var ring = new VaultKeyRing(vault);
        var wrapped = await ring.WrapAsync(new byte[32], "room:safe");
        foreach (var (bytes, scope) in new[] { (wrapped, "room:other"), ([.. wrapped[..^1], (byte)(wrapped[^1] ^ 1)], "room:safe"), ("gone\n"u8.ToArray(), "room:safe") })
        {
            var isRefused = false;
            try
            {
                await ring.UnwrapAsync(bytes, scope);
            }
            catch (CryptographicException)
            {
                isRefused = true;
            }

            Require(isRefused, "What another room's key is, was changed, or needs another master key, is refused.");
        }
    }

    private static ServiceProvider Build(string redis, IKeyVault vault) =>
        new ServiceCollection().AddRedisChat(redis).AddEncryption(new VaultKeyRing(vault)).Services.BuildServiceProvider();

    private static void Require(bool isTrue, string what)
    {
        if (!isTrue)
        {
            throw new InvalidOperationException($"Not so: {what}");
        }
    }

    /// <summary>In the place of a vault.</summary>
    private sealed class LocalVault : IKeyVault
    {
        private const int NonceLength = 12;
        private const int TagLength = 16;

        private readonly Dictionary<string, byte[]> _keys = [];

        public string Version { get; private set; } = "";

        public void Rotate() => _keys.Add(Version = $"{Guid.NewGuid():n}", RandomNumberGenerator.GetBytes(32));

        public void RemoveOld() => _keys.Where(key => key.Key != Version).ToList().ForEach(key => _keys.Remove(key.Key));

        public ValueTask<byte[]> WrapAsync(string version, byte[] plain, CancellationToken cancellationToken)
        {
            var (nonce, bytes, tag) = (RandomNumberGenerator.GetBytes(NonceLength), new byte[plain.Length], new byte[TagLength]);
            using var cipher = new AesGcm(_keys[version], TagLength);
            cipher.Encrypt(nonce, plain, bytes, tag);
            return new ValueTask<byte[]>([.. nonce, .. bytes, .. tag]);
        }

        public ValueTask<byte[]?> UnwrapAsync(string version, byte[] wrapped, CancellationToken cancellationToken)
        {
            if (!_keys.TryGetValue(version, out var key))
            {
                return new ValueTask<byte[]?>((byte[]?)null);
            }

            var plain = new byte[wrapped.Length - NonceLength - TagLength];
            using var cipher = new AesGcm(key, TagLength);
            try
            {
                cipher.Decrypt(wrapped.AsSpan(0, NonceLength), wrapped.AsSpan(NonceLength, plain.Length), wrapped.AsSpan(wrapped.Length - TagLength), plain);
                return new ValueTask<byte[]?>(plain);
            }
            catch (AuthenticationTagMismatchException)
            {
                return new ValueTask<byte[]?>((byte[]?)null);
            }
        }
    }
}
