using RedisChat.Benchmarks.Ratios;
using RedisChat.Benchmarks.Web.Clients;

namespace RedisChat.Benchmarks.Web.Nodes;

/// <summary>Our hub.</summary>
internal sealed class OurHub(RunContext run, NodeProcess node) : ChatTarget(run, node)
{
    public override string Name => "our hub";

    public static async Task<OurHub> StartAsync(RunContext run) => new(run, await NodeProcess.StartAsync(run, WebNode.Chat));

    public override Framing NewFraming(Records.Receive receive) => new WebSocketFrames(new Records([0x1e], receive));

    public override Opening Open(string user, IReadOnlyList<string> rooms) => HubRequests.Open(Node, user, rooms, "Open", static room => new { room });

    protected override bool HasFailed(ReadOnlySpan<byte> record) =>
        record.IndexOf("\"error\":"u8) >= 0 || record.IndexOf("\"target\":\"Failed\""u8) >= 0 || record.IndexOf("\"target\":\"End\""u8) >= 0;
}
