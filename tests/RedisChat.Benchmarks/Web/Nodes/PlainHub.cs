using System.Buffers.Text;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using RedisChat.Benchmarks.Delivery;
using RedisChat.Benchmarks.Ratios;
using RedisChat.Benchmarks.Web.Clients;

namespace RedisChat.Benchmarks.Web.Nodes;

/// <summary>The reference: a hub whose rooms are groups, behind the Redis backplane. It stores nothing, and a message that a client misses is gone.</summary>
internal sealed class PlainHub : WebTarget
{
    private readonly ServiceProvider _services;
    private readonly IHubContext<ChatHub> _sender;

    private PlainHub(RunContext run, NodeProcess node)
        : base(run, node)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddPlainHub(run.Configuration, run.Prefix);
        _services = services.BuildServiceProvider();
        _sender = _services.GetRequiredService<IHubContext<ChatHub>>();
    }

    public override string Name => "plain hub";

    public static async Task<PlainHub> StartAsync(RunContext run) => new(run, await NodeProcess.StartAsync(run, WebNode.Plain));

    public override Framing NewFraming(Records.Receive receive) => new WebSocketFrames(new Records([0x1e], receive));

    public override Opening Open(string user, IReadOnlyList<string> rooms) => HubRequests.Open(Node, user, rooms, nameof(ChatHub.Join), static room => room);

    public override RecordKind Read(ReadOnlySpan<byte> record, out long published)
    {
        if (record.IndexOf("\"target\":\"message\""u8) >= 0)
        {
            return Utf8Parser.TryParse(record[(record.LastIndexOf((byte)',') + 1)..], out published, out _) ? RecordKind.Message : RecordKind.Failure;
        }

        published = 0;
        return record.IndexOf("\"error\":"u8) >= 0 || record.StartsWith("{\"type\":7"u8) ? RecordKind.Failure
            : record.StartsWith("{\"type\":3"u8) ? RecordKind.RoomIsOpen
            : RecordKind.Other;
    }

    // As the hub's own method does.
    public override Task SendAsync(string room, string text) => _sender.Clients.Group(room).SendAsync("message", "alice", text, Clock.NowMicros, Run.Ending);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _services.DisposeAsync();
    }
}
