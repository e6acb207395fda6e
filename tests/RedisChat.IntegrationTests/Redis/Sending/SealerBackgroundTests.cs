using System.Runtime.CompilerServices;
using RedisChat.IntegrationTests.Allocations;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Sends do not keep the first caller's context, and leave no timers once the store is disposed.</summary>
public sealed class SealerBackgroundTests(TestServer server)
{
    private static readonly AsyncLocal<object?> Local = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_sealer_does_not_keep_the_context_of_the_send_that_started_it()
    {
        await using var store = new RedisMessageStore(
            server.ChatConnection, new RedisStoreOptions { KeyPrefix = $"test-{Guid.NewGuid():n}", SealAfter = 1 });
        var chat = new Chat(store);

        var context = await SealInContextAsync(chat);
        await store.SealedAsync();

        await Poll.UntilAsync(
            () =>
            {
                GC.Collect();
                return Task.FromResult(!context.TryGetTarget(out _));
            },
            "the context is collected");
    }

    [Fact]
    public Task Stores_that_are_disposed_leave_no_timers() =>
        OwnProcess.RunAsync(server, async () =>
        {
            const int Stores = 100;
            await UseAsync(2);
            var before = Timer.ActiveCount;

            await UseAsync(Stores);

            // Some timers of the client library end a moment after their connection.
            await Poll.UntilAsync(() => Task.FromResult(Timer.ActiveCount <= before + 5), $"of {Timer.ActiveCount} timers {before} are left");
        });

    private async Task UseAsync(int stores)
    {
        for (var n = 0; n < stores; n++)
        {
            await using var store = new RedisMessageStore(
                ConfigurationOptions.Parse(server.Configuration!), new RedisStoreOptions { KeyPrefix = $"test-{Guid.NewGuid():n}", SealAfter = 1 });
            await new Chat(store).SendManyAsync("lobby", [.. Enumerable.Range(0, 128).Select(_ => new NewMessage("alice", "hello"))], Cancelled);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference<object>> SealInContextAsync(Chat chat)
    {
        var context = new object();
        Local.Value = context;
        for (var batch = 0; batch < 3; batch++)
        {
            await chat.SendManyAsync("lobby", [.. Enumerable.Range(0, 128).Select(_ => new NewMessage("alice", "hello"))], Cancelled);
        }

        return new WeakReference<object>(context);
    }
}
