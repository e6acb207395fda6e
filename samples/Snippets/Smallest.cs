#region smallest
using RedisChat;

var redis = args.Length > 0 ? args[0] : "localhost:6379";
await using var store = new RedisMessageStore(redis);
var chat = new Chat(store);

var health = await chat.CheckHealthAsync();
if (!health.Connection.Works)
{
    Console.Error.WriteLine($"{health.Connection.Error} To start a server: docker run -p 6379:6379 redis");
    Environment.ExitCode = 1;
    return;
}

var receipt = await chat.SendAsync("lobby", "alice", "hello");

var page = await chat.ReceiveAsync("lobby"); // the newest 50
foreach (var message in page.Messages)
{
    Console.WriteLine($"#{message.Id} {message.Timestamp:HH:mm:ss} {message.User}: {message.Text}");
}

await chat.DeleteAsync("lobby", receipt.Id, "alice");
#endregion

await Snippets.Others.RunAsync(redis);
