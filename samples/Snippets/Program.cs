using Microsoft.Extensions.DependencyInjection;
using RedisChat;
using Snippets;

// Runs every snippet of README.md against the given Redis.
var redis = args is [var configuration] ? configuration : "localhost:6379";

await Smallest.RunAsync(redis);

var services = new ServiceCollection();
Registration.Register(services, redis);
await using var provider = services.BuildServiceProvider();
await provider.GetRequiredService<Greeter>().GreetAsync("alice");

var chat = provider.GetRequiredService<Chat>();
await Features.SendAsync(chat);
await Features.ReadAsync(chat);
await Features.ChangeAsync(chat);
await InMemory.RunAsync();
Console.WriteLine("Snippets passed");
