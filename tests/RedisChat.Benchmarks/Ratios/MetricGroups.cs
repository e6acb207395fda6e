using RedisChat.Benchmarks.Allocations;
using RedisChat.Benchmarks.Delivery;
using RedisChat.Benchmarks.Encryption;
using RedisChat.Benchmarks.Growth;
using RedisChat.Benchmarks.Memory;
using RedisChat.Benchmarks.Pages;
using RedisChat.Benchmarks.Send;
using RedisChat.Benchmarks.Watching;
using RedisChat.Benchmarks.Web;

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
        new AllocatedBytes(),
        new NewestPage(),
        new DeliveryPaced(),
        new DeliveryFull(),
        new MemoryAMessage(),
        new EncryptionCost(),
        new GrowthCost(),
        new IdleRooms(),
        new WebConnections(),
        new WebSlow(),
        new WebReturn(),
        new WebRooms(),
    ];
}
