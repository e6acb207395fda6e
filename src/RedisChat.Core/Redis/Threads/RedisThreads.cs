using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Finds the closed threads of a room: see <see cref="ThreadText"/>. Threads themselves are stored as rooms.</summary>
internal sealed class RedisThreads(RedisStoreContext context) : IThreadStore
{
    private const int ThreadsAtOnce = 1000;

    public ValueTask<IReadOnlyList<long>> ReadClosedThreadsAsync(string room, long? messageId, CancellationToken cancellationToken = default) =>
        context.Calls.RunAsync(
            (Threads: (RedisKey)context.Keys.Threads(room), Id: messageId),
            static async (database, call, token) =>
            {
                if (call.Id is { } one)
                {
                    var value = await database.HashGetAsync(call.Threads, one, CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false);
                    return value == ThreadText.Closed ? [one] : [];
                }

                var found = new List<long>();
                await foreach (var thread in database.HashScanAsync(call.Threads, pageSize: ThreadsAtOnce, flags: CommandFlags.DemandMaster).WithCancellation(token).ConfigureAwait(false))
                {
                    if (thread.Value == ThreadText.Closed && StrictNumber.TryRead((string?)thread.Name, out var id))
                    {
                        found.Add(id);
                    }
                }

                return (IReadOnlyList<long>)[.. found.Distinct()];
            },
            cancellationToken);

    public async ValueTask ForgetThreadAsync(string room, long messageId, CancellationToken cancellationToken = default) =>
        await context.Calls.RunAsync(
            (Threads: (RedisKey)context.Keys.Threads(room), Id: messageId),
            static async (database, call, token) =>
            {
                // A closed thread is never opened again, so nothing can come between the two commands.
                var value = await database.HashGetAsync(call.Threads, call.Id, CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false);
                return value == ThreadText.Closed
                    && await database.HashDeleteAsync(call.Threads, call.Id, CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false);
            },
            cancellationToken, writes: true).ConfigureAwait(false);
}
