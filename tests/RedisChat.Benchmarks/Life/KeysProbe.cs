namespace RedisChat.Benchmarks.Life;

/// <summary>The number of keys on a server that is being filled.</summary>
/// <param name="server">The server.</param>
/// <param name="expected">How many keys there will be at the end.</param>
internal sealed class KeysProbe(LifeServer server, long expected) : LifeProbe
{
    protected override async Task<double> ReadAsync() => await server.Server.DatabaseSizeAsync() / (double)expected;
}
