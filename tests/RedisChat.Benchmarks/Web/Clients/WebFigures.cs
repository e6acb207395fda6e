using RedisChat.Benchmarks.Delivery;

namespace RedisChat.Benchmarks.Web.Clients;

/// <summary>One contender's turn.</summary>
/// <param name="Times">From published to received, in µs, ascending.</param>
/// <param name="Cores">The processor cores that the node has used on average.</param>
/// <param name="Megabytes">The node's resident memory.</param>
internal sealed record WebFigures(double[] Times, double Cores, double Megabytes)
{
    public double P50 => DeliveryTimes.Percentile(Times, 0.5);

    public double P99 => DeliveryTimes.Percentile(Times, 0.99);
}
