namespace RedisChat.Redis;

/// <summary>What a verification has found so far.</summary>
internal sealed class TransferFindings
{
    /// <summary>The most differences that a verification returns.</summary>
    public const int MostKept = 1000;

    private readonly List<TransferDifference> _differences = [];
    private (string Scope, string What) _once;
    private long _count;
    private long _repaired;

    /// <summary>The number of scopes.</summary>
    public long Scopes { get; set; }

    /// <summary>The number of facts.</summary>
    public long Facts { get; set; }

    public void Add(TransferScope scope, string what, string details, bool isRepaired = false) =>
        Add(new TransferDifference(scope.IsUser ? null : scope.Id, scope.User, what, details, isRepaired));

    /// <summary>Adds what concerns a whole scope, once.</summary>
    public void AddOnce(TransferScope scope, string what, string details)
    {
        if (_once != (scope.Id, what))
        {
            _once = (scope.Id, what);
            Add(scope, what, details);
        }
    }

    public void Add(TransferDifference difference)
    {
        _count++;
        _repaired += difference.IsRepaired ? 1 : 0;
        if (_differences.Count < MostKept)
        {
            _differences.Add(difference);
        }
    }

    /// <summary>Counts further differences, after at least <see cref="MostKept"/>.</summary>
    public void AddMore(long count) => _count += count;

    public VerifyResult Result() => new() { Verified = Scopes, Facts = Facts, Differences = _differences, DifferenceCount = _count, Repaired = _repaired };
}
