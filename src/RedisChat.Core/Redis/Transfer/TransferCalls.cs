using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Runs the calls of a transfer. They are many, and one that fails because the connection was lost, or another server is taking over, must not end the whole: reads, and writes that may be repeated, are repeated for a minute.</summary>
internal sealed class TransferCalls(RedisStoreContext context)
{
    private const int ScannedAtOnce = 500;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    public KeyNames Keys => context.Keys;

    public RedisStoreContext Context => context;

    /// <summary>Reads.</summary>
    public Task<T> ReadAsync<T>(Func<IDatabase, Task<T>> read, CancellationToken cancellationToken) => RepeatAsync(read, writes: false, cancellationToken);

    /// <summary>Writes something that may be written twice.</summary>
    public Task<T> RepeatAsync<T>(Func<IDatabase, Task<T>> write, CancellationToken cancellationToken) => RepeatAsync(write, writes: true, cancellationToken);

    /// <summary>Runs something that connects by itself, and may be run twice.</summary>
    public Task RepeatAsync(Func<ValueTask> run, CancellationToken cancellationToken) => RepeatAsync(
        async _ =>
        {
            await run().ConfigureAwait(false);
            return true;
        },
        writes: true, cancellationToken);

    /// <summary>Writes once. Whether a call that fails has written, the caller must find out.</summary>
    public async Task<T> WriteAsync<T>(Func<IDatabase, Task<T>> write, CancellationToken cancellationToken) => await context.Calls.RunAsync(
        write, static async (database, call, token) => await call(database).UntilAsync(token).ConfigureAwait(false), cancellationToken, writes: true).ConfigureAwait(false);

    /// <summary>Whether a failure is one of those that pass: the connection was lost, or two servers claim to be the primary, because one of them has just become it.</summary>
    public static bool MayPass(ChatException error) => error is ChatUnavailableException or ChatTopologyException;

    /// <summary>Records the first of several failures.</summary>
    public long Begin(ChatException error)
    {
        ChatLog.TransferWaits(context.Logger, error);
        return context.Time.GetTimestamp();
    }

    /// <summary>Waits a moment after a failure, if there is still patience.</summary>
    /// <param name="since">When the first failure was.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Whether to try again.</returns>
    public async Task<bool> MayTryAgainAsync(long since, CancellationToken cancellationToken)
    {
        if (context.Time.GetElapsedTime(since) > Patience)
        {
            return false;
        }

        await Task.Delay(Pause, context.Time, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>The fields of a hash, piece by piece. A field may be returned twice.</summary>
    public async IAsyncEnumerable<HashEntry> FieldsAsync(string key, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (field, value) in ScanAsync("HSCAN", key, cancellationToken).ConfigureAwait(false))
        {
            yield return new HashEntry(field, value);
        }
    }

    /// <summary>The members of a sorted set, piece by piece. A member may be returned twice.</summary>
    public async IAsyncEnumerable<SortedSetEntry> MembersAsync(string key, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (member, score) in ScanAsync("ZSCAN", key, cancellationToken).ConfigureAwait(false))
        {
            yield return new SortedSetEntry(member, (double)score);
        }
    }

    private async IAsyncEnumerable<(RedisValue, RedisValue)> ScanAsync(string command, RedisKey key, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var position = new ScanPosition(this, link => link.SocketsOf(key));
        RedisResult[] answer;
        do
        {
            var from = position.From;
            answer = await ReadAsync(
                async database => (RedisResult[])(await database.ExecuteAsync(command, [key, from, "COUNT", ScannedAtOnce], CommandFlags.DemandMaster).ConfigureAwait(false))!,
                cancellationToken).ConfigureAwait(false);
            var words = (RedisValue[])answer[1]!;
            for (var i = 0; i + 1 < words.Length; i += 2)
            {
                yield return (words[i], words[i + 1]);
            }
        }
        while (position.Continue((string)answer[0]!));
    }

    private async Task<T> RepeatAsync<T>(Func<IDatabase, Task<T>> call, bool writes, CancellationToken cancellationToken)
    {
        for (long? since = null; ;)
        {
            try
            {
                return await context.Calls.RunAsync(
                    call, static async (database, run, token) => await run(database).UntilAsync(token).ConfigureAwait(false), cancellationToken, writes).ConfigureAwait(false);
            }
            catch (ChatException e) when (MayPass(e) && !cancellationToken.IsCancellationRequested)
            {
                since ??= Begin(e);
                if (!await MayTryAgainAsync(since.Value, cancellationToken).ConfigureAwait(false))
                {
                    throw;
                }
            }
        }
    }
}
