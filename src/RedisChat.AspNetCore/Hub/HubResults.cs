using System.Text.Json;
using Microsoft.AspNetCore.SignalR;

namespace RedisChat.AspNetCore;

/// <summary>Gives the results of the hub the names and values of their JSON in every protocol: MessagePack by itself would write a position as its parts, and names in upper case.</summary>
internal sealed class HubResults(ChatHubConnections connections) : IHubFilter
{
    private const string Json = "json";

    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        var result = await next(invocationContext).ConfigureAwait(false);
        return result is null or string || connections.Find(invocationContext.Context.ConnectionId)?.Protocol.Name == Json ? result : Plain(result);
    }

    private static object? Plain(object result) => ChatJsonContext.Default.GetTypeInfo(result.GetType()) is { } type
        ? PlainJson.Of(JsonSerializer.SerializeToElement(result, type))
        : result switch
        {
            IReadOnlyList<Reaction> reactions => PlainJson.Of(JsonSerializer.SerializeToElement(reactions, ChatJsonContext.Default.IReadOnlyListReaction)),
            IReadOnlyList<MessageVersion> versions => PlainJson.Of(JsonSerializer.SerializeToElement(versions, ChatJsonContext.Default.IReadOnlyListMessageVersion)),
            IReadOnlyList<ScheduledMessage> scheduled => PlainJson.Of(JsonSerializer.SerializeToElement(scheduled, ChatJsonContext.Default.IReadOnlyListScheduledMessage)),
            IReadOnlyList<Pin> pins => PlainJson.Of(JsonSerializer.SerializeToElement(pins, ChatJsonContext.Default.IReadOnlyListPin)),
            RoomRights rights => rights.ToString(),
            _ => result,
        };
}
