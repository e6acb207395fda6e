using Microsoft.Extensions.DependencyInjection;
using RedisChat;

namespace Snippets;

/// <summary>README, encryption.</summary>
internal static class Encryption
{
    public static IServiceCollection Register(IServiceCollection services)
    {
        #region register
        services.AddRedisChat("localhost:6379")
            .AddEncryption(new FileKeyRing("chat-keys"), rooms: room => room.StartsWith("private-", StringComparison.Ordinal));

        // A file is for development. In ASP.NET Core, with the keys of data protection: .AddEncryption<DataProtectionKeyRing>()
        // Or write an IChatKeyRing over your key vault. It is asked once for each room and process, and again when keys are added.
        #endregion

        return services;
    }

    public static async Task ChangeKeysAsync(Chat chat)
    {
        #region keys
        var keys = chat.Room("private-board").EncryptionKeys;
        await keys.RotateAsync(); // new messages get a new key, old ones stay readable
        var rewrapped = await keys.RewrapAsync(); // after a change of the master key; messages are not touched
        var existed = await keys.ShredAsync(); // nobody can read the room's messages any more, except in a backup that still has its keys
        #endregion

        Console.WriteLine($"{rewrapped} {existed}");
    }
}
