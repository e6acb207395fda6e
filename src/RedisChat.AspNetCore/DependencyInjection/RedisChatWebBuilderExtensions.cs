using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RedisChat.AspNetCore;

/// <summary>Serves a chat over the web: <c>services.AddRedisChat(…).AddWeb()</c>, then <c>app.MapRedisChat("/chat")</c>.</summary>
public static class RedisChatWebBuilderExtensions
{
    /// <summary>Adds what the endpoints, event streams and the hub of this chat need.</summary>
    /// <param name="builder">The chat's builder.</param>
    /// <param name="configure">Sets options; the defaults if omitted.</param>
    /// <returns>The same builder.</returns>
    public static IRedisChatBuilder AddWeb(this IRedisChatBuilder builder, Action<ChatWebOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = builder.Services.AddOptions<ChatWebOptions>(builder.ServiceKey).ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ChatWebOptions>, WebOptionsValidator>());
        builder.Services.TryAddKeyedSingleton<IChatAccess, ClaimsAccess>(builder.ServiceKey);
        builder.Services.AddCors();
        AddProblems(builder.Services);
        builder.Services.TryAddKeyedSingleton(builder.ServiceKey, (provider, key) => new ChatWeb(provider, (string?)key));
        builder.Services.TryAddSingleton<ChatHubConnections>();
        builder.Services.TryAddSingleton<HubResults>();
        builder.Services.TryAddSingleton<HubLifetimeManager<ChatHub>>(provider => provider.GetRequiredService<ChatHubConnections>());
#pragma warning disable IL2026 // Only SignalR of .NET 8 cannot be trimmed: docs/web.md says that trimming takes .NET 10.
        builder.Services.AddSignalR().AddHubOptions<ChatHub>(hub => hub.AddFilter<HubResults>());
#pragma warning restore IL2026
        builder.Services.AddOptions<HubOptions<ChatHub>>().Configure<IOptionsMonitor<ChatWebOptions>>((hub, web) =>
        {
            // The hub takes what the endpoints take. SignalR cuts the connection of a client that sends more.
            hub.MaximumReceiveMessageSize = Math.Max(hub.MaximumReceiveMessageSize ?? long.MaxValue, web.Get(builder.ServiceKey).MaxBodyBytes);
        });
        builder.Services.Configure<JsonHubProtocolOptions>(json =>
        {
            // For trimmed and native applications. All others read by reflection what they read before: a chain that is not empty would replace that.
            if (!JsonSerializer.IsReflectionEnabledByDefault)
            {
                json.PayloadSerializerOptions.TypeInfoResolverChain.Add(ChatJsonContext.Default);
                json.PayloadSerializerOptions.TypeInfoResolverChain.Add(WebJsonContext.Default);
            }
        });
        return builder;
    }

    /// <summary>Replaces who a request is, and what it may do: see <see cref="IChatAccess"/>.</summary>
    /// <typeparam name="T">The implementation; its constructor gets the host's services. One instance serves all requests.</typeparam>
    /// <param name="builder">The chat's builder.</param>
    /// <returns>The same builder.</returns>
    public static IRedisChatBuilder AddAccess<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this IRedisChatBuilder builder)
        where T : class, IChatAccess
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.RemoveAllKeyed<IChatAccess>(builder.ServiceKey);
        builder.Services.AddKeyedSingleton<IChatAccess>(builder.ServiceKey, (provider, _) => ActivatorUtilities.CreateInstance<T>(provider));
        return builder;
    }

    /// <summary>Sends scheduled messages (<see cref="ChatRoom.Schedule"/>) while the host runs. Call it in one node or in several: each message is sent once.</summary>
    /// <param name="builder">The chat's builder.</param>
    /// <returns>The same builder.</returns>
    public static IRedisChatBuilder AddScheduleSender(this IRedisChatBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IHostedService>(provider => new ScheduleService(provider.GetRequiredKeyedService<Chat>(builder.ServiceKey)));
        return builder;
    }

    /// <summary>Does what rooms need in the background (<see cref="Chat.RunUpkeepAsync"/>) while the host runs. Call it in one node or in several.</summary>
    /// <param name="builder">The chat's builder.</param>
    /// <returns>The same builder.</returns>
    public static IRedisChatBuilder AddRoomUpkeep(this IRedisChatBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IHostedService>(provider => new UpkeepService(provider.GetRequiredKeyedService<Chat>(builder.ServiceKey)));
        return builder;
    }

    /// <summary>Feeds the chat's index of messages (<see cref="IMessageIndex"/>) while the host runs: see <see cref="Chat.RunIndexAsync"/>. Call it in one node for each index.</summary>
    /// <remarks>If the index fails, this is logged as an error and tried again. The host goes on.</remarks>
    /// <param name="builder">The chat's builder.</param>
    /// <param name="configure">Says which rooms; the defaults if omitted.</param>
    /// <returns>The same builder.</returns>
    public static IRedisChatBuilder AddIndexFeeder(this IRedisChatBuilder builder, Action<IndexingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new IndexingOptions();
        configure?.Invoke(options);
        builder.Services.AddSingleton<IHostedService>(provider => new IndexService(
            provider.GetRequiredKeyedService<Chat>(builder.ServiceKey), options, provider.GetService<TimeProvider>() ?? TimeProvider.System, provider.GetRequiredService<ILogger<IndexService>>()));
        return builder;
    }

    /// <summary>Gives a body to what the host's authorization refuses, unless the host handles that itself.</summary>
    private static void AddProblems(IServiceCollection services)
    {
        var present = services.LastOrDefault(service => service.ServiceType == typeof(IAuthorizationMiddlewareResultHandler));
        if (present is null || present.ImplementationType == typeof(AuthorizationMiddlewareResultHandler))
        {
            services.Replace(ServiceDescriptor.Singleton<IAuthorizationMiddlewareResultHandler, AuthorizationProblems>());
        }
    }
}
