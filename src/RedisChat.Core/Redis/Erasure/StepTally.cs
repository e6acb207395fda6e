namespace RedisChat.Redis;

/// <summary>
/// Counts the messages that a step deletes or rewrites, through all attempts at the step. Of what an attempt has sent without getting an answer, the next one finds what was not done; the rest was. So each message is counted once, unless another process
/// erases the same user.
/// </summary>
internal sealed class StepTally
{
    private readonly HashSet<long> _unanswered = [];
    private readonly HashSet<long> _sent = [];
    private long _done;

    /// <summary>Messages that are there are about to be deleted or rewritten.</summary>
    public void Sending(IEnumerable<long> ids)
    {
        _sent.Clear();
        _sent.UnionWith(ids);
        _unanswered.ExceptWith(_sent);
    }

    /// <summary>So many of them were.</summary>
    public void Answered(long count)
    {
        _done += count;
        _sent.Clear();
    }

    /// <summary>The attempt has failed; returns whether the next one must know of it.</summary>
    public bool Fail()
    {
        _unanswered.UnionWith(_sent);
        _sent.Clear();
        return _done > 0 || _unanswered.Count > 0;
    }

    /// <summary>The number of all messages, once an attempt has succeeded.</summary>
    public long Total => _done + _unanswered.Count;
}
