using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
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
        builder.Services.TryAddKeyedSingleton(builder.ServiceKey, (provider, key) => new ChatWeb(provider, (string?)key));
        builder.Services.AddSignalR();
        builder.Services.TryAddSingleton<HubLifetimeManager<ChatHub>, ChatHubConnections>();
        builder.Services.Configure<JsonHubProtocolOptions>(json =>
        {
            // For trimmed and native applications, which have no reflection to fall back to.
            json.PayloadSerializerOptions.TypeInfoResolverChain.Add(ChatJsonContext.Default);
            json.PayloadSerializerOptions.TypeInfoResolverChain.Add(WebJsonContext.Default);
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
}
