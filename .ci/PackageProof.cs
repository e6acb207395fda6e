// The program with which .ci/run proves the package: it sends, receives and deletes on the Redis named by its argument.
using RedisChat;
using StackExchange.Redis;

await using var store = new RedisMessageStore(ConfigurationOptions.Parse(args[0]));
var room = new Chat(store).Room($"package-{Environment.Version}");

var receipt = await room.SendAsync("alice", "hello");
var received = (await room.ReceiveAsync()).Messages;
var deleted = await room.DeleteAsync(receipt.Id, "alice");
var left = (await room.ReceiveAsync()).Messages.Count;

var works = received is [{ Id: 1, User: "alice", Text: "hello" }] && deleted && left == 0;
Console.WriteLine($"RedisChat.Core {typeof(Chat).Assembly.GetName().Version} on .NET {Environment.Version}: {(works ? "works" : "FAILS")}");
return works ? 0 : 1;
