using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RedisChat.AspNetCore;

/// <summary>What the endpoints and the hub of one chat share.</summary>
internal sealed class ChatWeb(IServiceProvider services, string? key)
{
    public Chat Chat { get; } = services.GetRequiredKeyedService<Chat>(key);

    public IChatAccess Access { get; } = services.GetRequiredKeyedService<IChatAccess>(key);

    public ChatWebOptions Options { get; } = services.GetRequiredService<IOptionsMonitor<ChatWebOptions>>().Get(key);

    public TimeProvider Time { get; } = services.GetService<TimeProvider>() ?? TimeProvider.System;

    public ILogger Logger { get; } = services.GetRequiredService<ILogger<ChatWeb>>();
}
