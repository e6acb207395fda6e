namespace RedisChat.IntegrationTests.Redis.Archive;

/// <summary>An archive in front of another one, in whose calls something else happens: before the other one is called.</summary>
internal sealed class InterruptedArchive(IRoomArchive archive) : IRoomArchive
{
    private (string Call, Func<Task> Act)? _next;

    /// <summary>Whether what was to happen has happened.</summary>
    public bool IsDone => _next is null;

    /// <summary>The numbers of calls so far, by name.</summary>
    public Dictionary<string, int> Calls { get; } = [];

    /// <summary>Lets something happen in the next call of a method: <c>put</c>, <c>read</c>, <c>find</c> or <c>remove</c>.</summary>
    public void Before(string call, Func<Task> act) => _next = (call, act);

    public async ValueTask<bool> PutAsync(string room, ulong epoch, IReadOnlyList<ArchivedBucket> buckets, CancellationToken cancellationToken = default)
    {
        await BeginAsync("put");
        return await archive.PutAsync(room, epoch, buckets, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<ArchivedBucket?>> ReadAsync(string room, ulong epoch, IReadOnlyList<long> numbers, CancellationToken cancellationToken = default)
    {
        await BeginAsync("read");
        return await archive.ReadAsync(room, epoch, numbers, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<long>> FindAsync(
        string room, ulong epoch, string user, long first, long last, bool descending, int limit, CancellationToken cancellationToken = default)
    {
        await BeginAsync("find");
        return await archive.FindAsync(room, epoch, user, first, last, descending, limit, cancellationToken);
    }

    public async ValueTask RemoveRoomAsync(string room, ulong epoch, CancellationToken cancellationToken = default)
    {
        await BeginAsync("remove");
        await archive.RemoveRoomAsync(room, epoch, cancellationToken);
    }

    private async Task BeginAsync(string call)
    {
        Calls[call] = Calls.GetValueOrDefault(call) + 1;
        if (_next is { } next && next.Call == call)
        {
            _next = null;
            await next.Act();
        }
    }
}
