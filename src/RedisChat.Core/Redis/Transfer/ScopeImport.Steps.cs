using StackExchange.Redis;

namespace RedisChat.Redis;

/// <content>The steps of an import.</content>
internal sealed partial class ScopeImport
{
    /// <summary>Begins, or continues after an interruption.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        var fields = await _calls.ReadAsync(database => database.HashGetAsync(_key, ["epoch", ImportMark.Field], CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
        if (fields[0] == RoomCounters.BeingDeleted && ImportStep.TryRead(fields[1], out var step) && step.Export == _step.Export && step.Number == _step.Number)
        {
            (_step, _written, _toSkip) = (step, step, step.Lines);
            return;
        }

        await _commits.CommitAsync(
            [Condition.HashNotExists(_key, "epoch"), Condition.HashNotExists(_key, ImportMark.Field)],
            transaction =>
            {
                transaction.HashSetAsync(_key,
                [
                    new("epoch", RoomCounters.BeingDeleted), new("last", _last), new("at", 0), new("rev", 0), new(DeletionMark.Field, $"{(_epoch.Length > 0 ? _epoch : "1")} {{}}"), new(ImportMark.Field, _step.ToString()),
                ]).Observe();
                ImportMark.Show(transaction, _keys, _scope, _step.Export);
            },
            _step.ToString(), _step.Export, cancellationToken).ConfigureAwait(false);
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        PackBucket();
        if (_end is not null && !_step.IsCorrecting && _last > 0)
        {
            // Buckets behind the last message that is left.
            AddGone(Buckets.Of(_last));
        }

        if (_corrections.Count > 0)
        {
            _step = _step with { LastId = await _corrections.ApplyAsync(_batch, _step.LastId, cancellationToken).ConfigureAwait(false) };
        }

        if (_batch.Count == 0 && _written == _step)
        {
            return;
        }

        await _commits.CommitAsync(
            _commits.At(_written),
            transaction =>
            {
                _batch.AddTo(transaction);
                transaction.HashSetAsync(_key, ImportMark.Field, _step.ToString()).Observe();
            },
            _step.ToString(), _step.Export, cancellationToken).ConfigureAwait(false);
        _written = _step;
        _batch.Clear();
    }
}
