using System.Globalization;
using System.Text;
using System.Text.Json;
using RedisChat.Benchmarks.Ratios;
using RedisChat.Benchmarks.Web.Clients;

namespace RedisChat.Benchmarks.Web.Nodes;

/// <summary>Our event streams: a GET for one room, a POST for many.</summary>
internal sealed class EventStreams(RunContext run, NodeProcess node) : ChatTarget(run, node)
{
    public override string Name => "event streams";

    public static async Task<EventStreams> StartAsync(RunContext run) => new(run, await NodeProcess.StartAsync(run, WebNode.Chat));

    public override Framing NewFraming(Records.Receive receive) => new Chunks(new Records("\n\n"u8.ToArray(), receive));

    public override Opening Open(string user, IReadOnlyList<string> rooms) => rooms is [var room] ? Open(user, room, after: null) : OpenMany(user, rooms);

    /// <summary>Opens one room from a position on.</summary>
    public Opening Open(string user, string room, RoomPosition? after)
    {
        var query = after is { } position ? string.Create(CultureInfo.InvariantCulture, $"&after={position}") : "";
        return new(Request($"GET {WebNode.Path}/rooms/{room}/events?{QueryAuthentication.Parameter}={user}{query}", ""), Hello: null, Rooms: 1);
    }

    protected override bool HasFailed(ReadOnlySpan<byte> record) =>
        record.IndexOf("event: failed"u8) >= 0 || record.IndexOf("event: end"u8) >= 0;

    private Opening OpenMany(string user, IReadOnlyList<string> rooms)
    {
        var body = JsonSerializer.Serialize(new { rooms = rooms.Select(room => new { room }) });
        return new(Request($"POST {WebNode.Path}/stream?{QueryAuthentication.Parameter}={user}", body), Hello: null, rooms.Count);
    }

    private byte[] Request(string line, string body) => Encoding.ASCII.GetBytes(
        $"{line} HTTP/1.1\r\nHost: {Node.Address.Authority}\r\n{(body.Length == 0 ? "" : $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n")}\r\n{body}");
}
