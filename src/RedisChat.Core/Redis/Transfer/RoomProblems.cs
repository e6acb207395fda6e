namespace RedisChat.Redis;

/// <summary>What is wrong with a room. In one that lost its end every message may be a problem, so beyond those that a verification returns, the ones that cannot be repaired are only counted.</summary>
internal sealed class RoomProblems
{
    private readonly List<RoomProblem> _kept = [];
    private int _withoutRepair;

    /// <summary>The problems, in the order in which they were found.</summary>
    public IReadOnlyList<RoomProblem> Kept => _kept;

    /// <summary>The number of further problems, none of which can be repaired.</summary>
    public long More { get; private set; }

    public void Add(RoomProblem problem)
    {
        if (problem.Repair is null && ++_withoutRepair > TransferFindings.MostKept)
        {
            More++;
            return;
        }

        _kept.Add(problem);
    }

    /// <summary>Leaves problems of some kinds without a repair.</summary>
    public void Leave(string[] kinds)
    {
        for (var i = 0; i < _kept.Count; i++)
        {
            if (kinds.Contains(_kept[i].What))
            {
                _kept[i] = _kept[i] with { Repair = null };
            }
        }
    }
}
