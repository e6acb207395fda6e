namespace RedisChat;

/// <summary>Reports progress, at most once a second.</summary>
internal sealed class TransferReport(IProgress<TransferProgress>? progress, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private long? _last;

    public void Report(long scopes, long facts, bool isLast = false)
    {
        if (progress is null || (!isLast && _last is { } last && time.GetElapsedTime(last) < Pause))
        {
            return;
        }

        _last = time.GetTimestamp();
        progress.Report(new TransferProgress(scopes, facts));
    }
}
