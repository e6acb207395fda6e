using Microsoft.Extensions.DependencyInjection;
using RedisChat;

namespace Snippets;

/// <summary>Runs the snippets other than the smallest program, which is its own program.</summary>
internal static class Others
{
    public static async Task RunAsync(string redis)
    {
        var services = new ServiceCollection();
        Registration.Register(services, redis);
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<Greeter>().GreetAsync("alice");
        await provider.GetRequiredService<SupportDesk>().OpenAsync("alice");
        await provider.GetRequiredKeyedService<Chat>("legacy").SendAsync("lobby", "alice", "hello");

        var chat = provider.GetRequiredService<Chat>();
        await Features.SendAsync(chat);
        await Features.ReadAsync(chat);
        await Features.ChangeAsync(chat);
        await Reactions.ReactAsync(chat);
        await Replies.ReplyAsync(chat);
        await Pins.PinAsync(chat);
        await Scheduling.ScheduleAsync(chat);
        await Retention.RunAsync(chat);
        await using (var empty = new RedisMessageStore(redis, new RedisStoreOptions { KeyPrefix = "elsewhere" }))
        {
            await Transfer.RunAsync(chat, new Chat(empty));
        }

        await Archiving.RunAsync(redis);
        await Hosting.RunAsync(redis);
        await VaultKeys.RunAsync(redis);
        await Versions.VersionsAsync(provider.GetRequiredService<IMessageStore>());
        await Mentions.MentionAsync(chat);
        await Attachments.RunAsync(provider.GetRequiredService<IMessageStore>());
        await Threads.DiscussAsync(chat);
        await Deletions.DeleteManyAsync(chat);
        await Erasure.EraseAsync(chat);
        await Writing.RunAsync(chat);
        await Members.RunAsync(chat);
        await Rooms.RunAsync(chat);
        await Presence.RunAsync(chat);
        await Inbox.RunAsync(chat);
        await Drafts.RunAsync(chat);
        await ReadMarkers.RunAsync(chat);
        await Features.InspectAsync(provider.GetRequiredService<IServerInspection>());
        try
        {
            await Features.SendDurablyAsync(chat);
        }
        catch (ChatServerException e)
        {
            Console.WriteLine($"As expected of a server without replicas: {e.Message}");
        }

        await Live.RunAsync(chat);
        await Many.WatchAsync(chat);
        await Json.RunAsync(chat);
        await InMemory.RunAsync();
        await Filters.RunAsync();
        await Searching.RunAsync(redis);
        Console.WriteLine("Snippets passed");
    }
}
