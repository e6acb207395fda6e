using Microsoft.Extensions.DependencyInjection;
using RedisChat;
#region search-register
using RedisChat.Search.Sqlite;
#endregion

namespace Snippets;

/// <summary>README, "Search".</summary>
internal static class Searching
{
    public static async Task RunAsync(string redis)
    {
        var directory = Directory.CreateTempSubdirectory("redischat-snippets-");
        try
        {
            await RunAsync(redis, Path.Combine(directory.FullName, "search.db"));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task RunAsync(string redis, string file)
    {
        var services = new ServiceCollection();
        #region search-register
        services.AddRedisChat(redis).AddSqliteMessageIndex(file);
        #endregion
        await using var provider = services.BuildServiceProvider();
        var chat = provider.GetRequiredService<Chat>();
        var word = $"w{Guid.NewGuid():n}";
        await chat.Rooms.CreateAsync("news", new RoomAbout { Name = "News" });
        await chat.SendAsync("news", "bob", $"The release notes are here {word}");
        using var stopping = new CancellationTokenSource();
        var feeding = FeedAsync(chat, stopping.Token);
        while ((await chat.User("alice").Search.FindAsync(new MessageSearch(word))).Hits.Count == 0)
        {
            await Task.Delay(50);
        }

        var lastWeek = DateTimeOffset.UtcNow.AddDays(-7);
        #region search
        var page = await chat.User("alice").Search.FindAsync(new MessageSearch("release not") { From = lastWeek });
        foreach (var hit in page.Hits)
        {
            Console.WriteLine($"{hit.Room} {hit.Message.User}: {hit.Snippet.Text}"); // hit.Highlights says what to mark in hit.Message.Text
        }

        var inOneRoom = await chat.Room("news").Search.FindAsync(new MessageSearch("release notes"), by: "alice");
        #endregion

        await stopping.CancelAsync();
        await feeding;
        if (page.Hits.Count == 0 || inOneRoom.Hits.Count == 0)
        {
            throw new InvalidOperationException("Nothing was found.");
        }
    }

    private static async Task FeedAsync(Chat chat, CancellationToken stoppingToken)
    {
        try
        {
            #region index
            await chat.RunIndexAsync(cancellationToken: stoppingToken); // in one process for each index, for example in a BackgroundService
            #endregion
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }
    }
}
