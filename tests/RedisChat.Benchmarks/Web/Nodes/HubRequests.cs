using System.Text;
using System.Text.Json;

namespace RedisChat.Benchmarks.Web.Nodes;

/// <summary>What a client of either hub sends: it becomes a WebSocket, agrees on JSON, and calls a method for each room.</summary>
internal static class HubRequests
{
    public const string Separator = "\u001e";

    public static Opening Open(NodeProcess node, string user, IReadOnlyList<string> rooms, string method, Func<string, object> argument)
    {
        var request = Encoding.ASCII.GetBytes(
            $"GET {WebNode.HubPath}?{QueryAuthentication.Parameter}={user} HTTP/1.1\r\nHost: {node.Address.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
        using var hello = new MemoryStream();
        hello.Write(Clients.WebSocketFrames.OfClient($$"""{"protocol":"json","version":1}{{Separator}}"""));
        for (var i = 0; i < rooms.Count; i++)
        {
            var call = JsonSerializer.Serialize(new { type = 1, invocationId = $"{i}", target = method, arguments = (object[])[argument(rooms[i])] });
            hello.Write(Clients.WebSocketFrames.OfClient(call + Separator));
        }

        return new(request, hello.ToArray(), rooms.Count);
    }
}
