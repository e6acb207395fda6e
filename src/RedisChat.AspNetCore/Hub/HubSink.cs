using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace RedisChat.AspNetCore;

/// <summary>Sends to one hub connection.</summary>
/// <param name="connection">The connection.</param>
/// <param name="web">The chat.</param>
internal sealed class HubSink(HubConnectionContext connection, ChatWeb web) : IClientSink
{
    // SignalR has its own.
    public bool NeedsHeartbeat => false;

    // Each message is sent as it is written.
    public bool HasUnsent => false;

    public ValueTask WriteAsync(string room, RoomEvent happened) => SendAsync(web.Encoded.Of(room, happened).HubMessage);

    public ValueTask WriteAsync(RoomFailure failure) => SendAsync(nameof(IChatHubClient.Failed), failure);

    public ValueTask WriteAsync(InboxChange change) => SendAsync(nameof(IChatHubClient.Inbox), change, ChatJsonContext.Default.InboxChange);

    public ValueTask WriteAsync(DraftChange change) => SendAsync(nameof(IChatHubClient.Draft), change, ChatJsonContext.Default.DraftChange);

    public ValueTask WriteAsync(StreamEnd end) => SendAsync(nameof(IChatHubClient.End), end);

    // A connection has an id of its own.
    public ValueTask WriteAsync(StreamOpened opened) => default;

    public ValueTask WriteHeartbeatAsync() => default;

    public ValueTask FlushAsync() => default;

    // The names and values of the JSON, in every protocol.
    private ValueTask SendAsync<T>(string method, T argument, JsonTypeInfo<T> type)
        where T : class =>
        SendAsync(method, connection.Protocol.Name == "json" ? argument : PlainJson.Of(JsonSerializer.SerializeToElement(argument, type))!);

    private ValueTask SendAsync(string method, object argument) => SendAsync(new SerializedHubMessage(new InvocationMessage(method, [argument])));

    private ValueTask SendAsync(SerializedHubMessage message)
    {
        var sent = connection.WriteAsync(message, CancellationToken.None);
        return sent.IsCompletedSuccessfully ? default : WaitAsync(sent);
    }

    private async ValueTask WaitAsync(ValueTask sent)
    {
        try
        {
            await sent.AsTask().WaitAsync(web.Options.WriteTimeout, web.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new SlowClientException();
        }
    }
}
