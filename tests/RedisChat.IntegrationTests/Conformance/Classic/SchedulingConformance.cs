using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance.Classic;

/// <summary>The layout has no place for scheduled messages.</summary>
public sealed class ClassicScheduleTests(TestServer server) : ScheduleTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IScheduleStore), () => new Chat(Store).Room(Room).Schedule.ListAsync("alice", Cancelled));
        await NotSupportedAsync(nameof(IScheduleStore), () => new Chat(Store).RunScheduleAsync(Cancelled));
        await Assert.ThrowsAnyAsync<Exception>(test);
    }
}
