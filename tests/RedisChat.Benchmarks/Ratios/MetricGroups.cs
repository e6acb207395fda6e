using RedisChat.Benchmarks.Delivery;
using RedisChat.Benchmarks.Pages;
using RedisChat.Benchmarks.Send;

namespace RedisChat.Benchmarks.Ratios;

/// <summary>Everything that is measured, in the order of the output.</summary>
internal static class MetricGroups
{
    public static IReadOnlyList<IMetricGroup> All { get; } =
    [
        new SendRooms(),
        new SendOneRoom(),
        new SendSingle(),
        new ServerCpu(),
        new NewestPage(),
        new DeliveryPaced(),
        new DeliveryFull(),
    ];
}
