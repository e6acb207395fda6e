#region smallest
using RedisChat;
using StackExchange.Redis;

var redis = args.Length > 0 ? args[0] : "localhost:6379";
await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis));
var chat = new Chat(store);

var receipt = await chat.SendAsync("lobby", "alice", "hello");

var page = await chat.ReceiveAsync("lobby"); // the newest 50
foreach (var message in page.Messages)
{
    Console.WriteLine($"#{message.Id} {message.Timestamp:HH:mm:ss} {message.User}: {message.Text}");
}

await chat.DeleteAsync("lobby", receipt.Id, "alice");
#endregion

await Snippets.Others.RunAsync(redis);
