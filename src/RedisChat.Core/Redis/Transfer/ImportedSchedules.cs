namespace RedisChat.Redis;

/// <summary>
/// Makes what is scheduled in imported rooms due, once the room and its threads are there: a process that sends it before would be refused, and give up. Rooms that were imported earlier are included, because an import that was killed
/// may not have come to this; what was sent or canceled since is not stored any more.
/// </summary>
/// <param name="calls">Runs the calls.</param>
internal sealed class ImportedSchedules(TransferCalls calls)
{
    private readonly DueSchedules _due = new(calls);
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
            foreach (var scheduled in await _due.ReadAsync(room, user, cancellationToken).ConfigureAwait(false))
            {
                if (DueSchedules.EntryOf(room, user, scheduled) is { } due && !DueSchedules.HasFailed(room, scheduled))
                {
                    // One whose message was sent meanwhile does no harm.
                    await _due.AddAsync(room, due, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        _pending.Clear();
    }
}
