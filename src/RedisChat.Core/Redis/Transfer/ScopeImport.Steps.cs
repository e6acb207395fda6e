using StackExchange.Redis;

namespace RedisChat.Redis;

/// <content>The steps of an import.</content>
internal sealed partial class ScopeImport
{
    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        PackBucket();
        if (_end is not null && !_step.IsCorrecting && _last > 0)
        {
            // Buckets behind the last message that is left.
            AddGone(_step.LastId == 0 ? Buckets.Of(_first) : Buckets.Of(_step.LastId) + 1, Buckets.Of(_last));
        }

        if (_corrections.Count > 0)
        {
            _step = _step with { LastId = await _corrections.ApplyAsync(_batch, _step.LastId, cancellationToken).ConfigureAwait(false) };
        }

        if (_batch.Count == 0 && _written == _step)
        {
            return;
        }

        await CommitAsync(
            Unchanged(),
            transaction =>
            {
                _batch.AddTo(transaction);
                transaction.HashSetAsync(_key, ImportMark.Field, _step.ToString()).Observe();
            },
            _step, cancellationToken).ConfigureAwait(false);
        _written = _step;
        _batch.Clear();
    }

    // The first step of a deletion of the unfinished room sets `erased`.
    private Condition[] Unchanged() => [Condition.HashEqual(_key, ImportMark.Field, _written.ToString()), Condition.HashNotExists(_key, "erased")];

    /// <summary>Runs a step. If its answer is lost, the room says whether it took place.</summary>
    /// <param name="conditions">What must hold.</param>
    /// <param name="write">Adds the writes.</param>
    /// <param name="after">How far the import is afterward; <see langword="null"/> for complete.</param>
    /// <param name="cancellationToken">Stops it.</param>
    private async Task CommitAsync(Condition[] conditions, Action<ITransaction> write, ImportStep? after, CancellationToken cancellationToken)
    {
        for (long? since = null; ;)
        {
            try
            {
                var done = await _calls.WriteAsync(
                    database =>
                    {
                        var transaction = database.CreateTransaction();
                        foreach (var condition in conditions)
                        {
                            transaction.AddCondition(condition);
                        }

                        write(transaction);
                        return transaction.ExecuteAsync(CommandFlags.DemandMaster);
                    },
                    cancellationToken).ConfigureAwait(false);
                if (done || await IsAsync(after, cancellationToken).ConfigureAwait(false))
                {
                    return;
                }

                throw new ChatTransferException(
                    $"While the import was writing {_scope}, someone else changed or deleted it. If another import is running, let it finish. If the room is being deleted, wait for that. Then repeat the import.")
                {
                    Room = _scope.IsUser ? null : _scope.Id,
                };
            }
            catch (ChatUnavailableException e) when (!cancellationToken.IsCancellationRequested)
            {
                since ??= _calls.Begin(e);
                if (!await _calls.MayTryAgainAsync(since.Value, cancellationToken).ConfigureAwait(false))
                {
                    throw;
                }

                if (await IsAsync(after, cancellationToken).ConfigureAwait(false))
                {
                    return;
                }
            }
        }
    }

    private async Task<bool> IsAsync(ImportStep? after, CancellationToken cancellationToken)
    {
        var fields = await _calls.ReadAsync(database => database.HashGetAsync(_key, [ImportMark.Field, ImportMark.DoneField], CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
        return after is { } step ? fields[0] == step.ToString() : fields[0].IsNull && fields[1] == _step.Export;
    }
}
