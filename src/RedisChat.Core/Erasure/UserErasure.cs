namespace RedisChat;

/// <summary>An erasure that has begun: see <see cref="IErasureStore"/>.</summary>
/// <param name="User">The user who is erased.</param>
/// <param name="Mode">What happens to the messages.</param>
/// <param name="Alias">The id that replaces the user's.</param>
public sealed record UserErasure(string User, ErasureMode Mode, string Alias)
{
    /// <summary>Whether it was begun before, so that rooms in which nothing is left may still refuse the user's writes.</summary>
    public bool IsContinued { get; init; }
}
