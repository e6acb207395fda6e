using Microsoft.Extensions.DependencyInjection;
using RedisChat;

namespace Snippets;

/// <summary>README, old messages in an archive.</summary>
internal static class Archiving
{
    public static async Task RunAsync(string redis)
    {
        var directory = Directory.CreateTempSubdirectory("redischat-snippets-");
        try
        {
            await RunAsync(redis, directory.FullName);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task RunAsync(string redis, string directory)
    {
        var services = new ServiceCollection();
        #region archive
        services.AddRedisChat(redis)
            .AddFileArchive(directory) // the same for all processes that share the rooms
            .Configure(options => options.Archive = new ArchivePolicy { KeepFor = TimeSpan.FromDays(30), KeepMessages = 10_000 }); // whichever comes first
        #endregion
        await using var provider = services.BuildServiceProvider();
        var chat = provider.GetRequiredService<Chat>();
        await chat.SendAsync("minutes", "alice", "The meeting is open.");
        if (await chat.GetAsync("minutes", 1) is null)
        {
            throw new InvalidOperationException("The message is missing.");
        }
    }
}
