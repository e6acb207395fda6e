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
