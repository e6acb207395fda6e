namespace RedisChat.Benchmarks.Life;

/// <summary>What a server has sent since the command began, as a share of what it stores. A command that reads everything reaches about 1, or less if the values are small.</summary>
internal sealed class TrafficProbe(LifeServer server) : LifeProbe
{
    private long _before;
    private long _stored;

    public override async Task BeginAsync() => (_before, _stored) = (await SentAsync(), await server.InfoAsync("memory", "used_memory_dataset"));

    protected override async Task<double> ReadAsync() => (await SentAsync() - _before) / (double)_stored;

    private Task<long> SentAsync() => server.InfoAsync("stats", "total_net_output_bytes");
}
