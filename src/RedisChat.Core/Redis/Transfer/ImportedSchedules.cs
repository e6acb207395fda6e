using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Makes what is scheduled in imported rooms due, once the room and its threads are there: a process that sends it before would be refused, and give up. Rooms that were imported earlier are included, because an import that was killed
/// may not have come to this; what was sent or canceled since is not stored any more.
/// </summary>
/// <param name="calls">Runs the calls.</param>
internal sealed class ImportedSchedules(TransferCalls calls)
{
    private readonly HashSet<(string Room, string User)> _pending = [];
    private TransferScope? _scope;

    /// <summary>A scope begins. If it is not part of the same room, the room before is complete.</summary>
    public async Task BeginAsync(TransferScope scope, CancellationToken cancellationToken)
    {
        if (_scope is { } before && before.Root != scope.Root)
        {
            await FillAsync(cancellationToken).ConfigureAwait(false);
        }

        _scope = scope;
    }

    /// <summary>Takes a line of the scope.</summary>
    public void Add(FactLine line)
    {
        if (line.Fact == TransferParts.Scheduled.Fact && _scope is { } scope)
        {
            _pending.Add((scope.Id, line.User ?? ""));
        }
    }

    /// <summary>Adds the entries that are missing.</summary>
    public async Task FillAsync(CancellationToken cancellationToken)
    {
        foreach (var (room, user) in _pending)
        {
            var key = calls.Keys.Due(KeyNames.ShardOf(room));
            var fields = await calls.ReadAsync(database => database.HashGetAllAsync(calls.Keys.Scheduled(room, user), CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
            foreach (var field in fields)
            {
                // One that could not be sent stays, and is not due any more.
                if (TransferFields.DueOf(room, user, field.Name!, (byte[])field.Value!) is not { } due || ScheduledJson.Read("", room, field.Name!, field.Value, out _).Failure is not null)
                {
                    continue;
                }

                // An entry that is there may be claimed. One whose message was sent meanwhile does no harm.
                await calls.RepeatAsync(database => database.SortedSetAddAsync(key, due.Member, due.Score, When.NotExists, CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
            }
        }

        _pending.Clear();
    }
}
