using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Delivery;

/// <summary>One of the SignalR servers behind a Redis backplane, in its own process: the benchmark program started again.</summary>
internal static class SignalRServer
{
    public const string Verb = "signalr-server";
    public const string Path = "/chat";

    /// <summary>Prints its address to standard output, and serves until its standard input is closed.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [var prefix] || await Console.In.ReadLineAsync() is not { } redis)
        {
            return 2;
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services
            .AddSignalR(options => options.MaximumParallelInvocationsPerClient = 16)
            .AddStackExchangeRedis(redis, options => options.Configuration.ChannelPrefix = RedisChannel.Literal(prefix));
        await using var app = builder.Build();
        app.MapHub<ChatHub>(Path);
        await app.StartAsync();
        Console.WriteLine(app.Urls.Single());
        await Console.In.ReadToEndAsync();
        return 0;
    }
}

/// <summary>The hub of the SignalR tutorials, with rooms.</summary>
internal sealed class ChatHub : Hub
{
    public Task Join(string room) => Groups.AddToGroupAsync(Context.ConnectionId, room);

    public Task Leave(string room) => Groups.RemoveFromGroupAsync(Context.ConnectionId, room);

    public Task Send(string room, string user, string text) => Clients.Group(room).SendAsync("message", user, text, Clock.NowMicros);
}
