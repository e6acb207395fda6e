#region host
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RedisChat;
#endregion

namespace Snippets;

/// <summary>README, a host with encryption, an archive, and the upkeep of rooms.</summary>
internal static class Hosting
{
    public static async Task RunAsync(string redis)
    {
        var directory = Directory.CreateTempSubdirectory("redischat-snippets-");
        try
        {
            await RunAsync([], redis, directory.FullName);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task RunAsync(string[] args, string redis, string data)
    {
        #region host
        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddRedisChat(redis)
            .AddEncryption(new FileKeyRing(Path.Combine(data, "chat-keys"))) // for development: see "Encryption" in docs/operations.md
            .AddFileArchive(Path.Combine(data, "archive"))
            .Configure(options => options.Archive = new ArchivePolicy { KeepFor = TimeSpan.FromDays(30) });
        builder.Services.AddHostedService<ChatUpkeep>(); // with RedisChat.AspNetCore: AddRedisChat(…).AddRoomUpkeep()
        using var host = builder.Build();
        #endregion

        var chat = host.Services.GetRequiredService<Chat>();
        await chat.SendAsync("vault", "alice", "hello");
        if ((await chat.GetAsync("vault", 1))?.Text != "hello" || await chat.Room("vault").EncryptionKeys.CountAsync() != 1)
        {
            throw new InvalidOperationException("The message is missing, or not encrypted.");
        }

        await chat.Rooms.DeleteAsync("vault", Actor.Application);
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        lifetime.ApplicationStarted.Register(lifetime.StopApplication);

        #region host
        await host.RunAsync();
        #endregion
    }
}

#region host
internal sealed class ChatUpkeep(Chat chat) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => chat.RunUpkeepAsync(stoppingToken);
}
#endregion
