using RedisChat;
using StackExchange.Redis;

namespace Snippets;

internal static class Smallest
{
    public static async Task RunAsync(string redis)
    {
        #region smallest
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis)); // "localhost:6379"
        var chat = new Chat(store);

        var receipt = await chat.SendAsync("lobby", "alice", "hello");

        var page = await chat.ReceiveAsync("lobby"); // the newest 50
        foreach (var message in page.Messages)
        {
            Console.WriteLine($"#{message.Id} {message.Timestamp:HH:mm:ss} {message.User}: {message.Text}");
        }

        await chat.DeleteAsync("lobby", receipt.Id, "alice");
        #endregion
    }
}
