using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RedisChat.AspNetCore;

/// <summary>What the endpoints and the hub of one chat share.</summary>
internal sealed class ChatWeb : IDisposable
{
    public ChatWeb(IServiceProvider services, string? key)
    {
        Chat = services.GetRequiredKeyedService<Chat>(key);
        Access = services.GetRequiredKeyedService<IChatAccess>(key);
        Options = services.GetRequiredService<IOptionsMonitor<ChatWebOptions>>().Get(key);
        Time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        Logger = services.GetRequiredService<ILogger<ChatWeb>>();
        Requests = Options.RequestLimit is { } limit ? new RequestBuckets(limit, Time) : null;
        Writers = new OpenWriters(Options.MaxWritersPerUser);
        Streams = new OpenStreams(this, services.GetService<IHostApplicationLifetime>());
    }

    public Chat Chat { get; }

    public IChatAccess Access { get; }

    public ChatWebOptions Options { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    /// <summary>How many more requests each user may make; <see langword="null"/> without a limit.</summary>
    public RequestBuckets? Requests { get; }

    public EncodedEvents Encoded { get; } = new();

    public OpenStreams Streams { get; }

    public OpenWriters Writers { get; }

    /// <summary>The chat that endpoints are mapped for.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static ChatWeb Of(IEndpointRouteBuilder endpoints, string? key) => endpoints.ServiceProvider.GetKeyedService<ChatWeb>(key)
        ?? throw new InvalidOperationException("There is no chat to serve. Call services.AddRedisChat(…).AddWeb() first.");

    public void Dispose() => Streams.Dispose();
}
