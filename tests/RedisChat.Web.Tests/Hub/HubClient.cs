using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RedisChat.AspNetCore;

namespace RedisChat.Web.Tests;

/// <summary>A .NET client of the hub, which keeps what it receives in order.</summary>
internal sealed class HubClient : IAsyncDisposable
{
    private readonly Channel<object> _received = Channel.CreateUnbounded<object>();

    private HubClient(HubConnection connection) => Connection = connection;

    public HubConnection Connection { get; }

    public static async Task<HubClient> ConnectAsync(WebNode node, string user, Uri? address = null, Action<IHubConnectionBuilder>? configure = null)
    {
        var builder = new HubConnectionBuilder().WithUrl(
            new Uri(address ?? node.Address, "hub"), options => options.Headers[HeaderAuthentication.Header] = Uri.EscapeDataString(user));
        builder.AddJsonProtocol(json =>
        {
            json.PayloadSerializerOptions = new JsonSerializerOptions(JsonSerializerDefaults.Web);
            json.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, ChatJsonContext.Default);
            json.PayloadSerializerOptions.TypeInfoResolverChain.Add(new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver());
        });
        configure?.Invoke(builder);
        var client = new HubClient(builder.Build());
        client.Listen<WatchedRoomEvent>(nameof(IChatHubClient.Event));
        client.Listen<RoomFailure>(nameof(IChatHubClient.Failed));
        client.Listen<InboxChange>(nameof(IChatHubClient.Inbox));
        client.Listen<DraftChange>(nameof(IChatHubClient.Draft));
        client.Listen<StreamEnd>(nameof(IChatHubClient.End));
        await client.Connection.StartAsync(Limit.Token);
        return client;
    }

    /// <summary>The next of a kind; others before it are skipped.</summary>
    public async Task<T> ReadAsync<T>(Func<T, bool>? isWanted = null)
    {
        while (true)
        {
            if (await _received.Reader.ReadAsync(Limit.Token) is T wanted && isWanted?.Invoke(wanted) != false)
            {
                return wanted;
            }
        }
    }

    /// <summary>The next event of a kind, of a room.</summary>
    public async Task<T> ReadEventAsync<T>(string room)
        where T : RoomEvent =>
        (T)(await ReadAsync<WatchedRoomEvent>(happened => happened.Room == room && happened.Event is T)).Event;

    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    private void Listen<T>(string method)
        where T : notnull => Connection.On<T>(method, value => _received.Writer.TryWrite(value));
}
