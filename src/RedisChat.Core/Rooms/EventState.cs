namespace RedisChat;

/// <summary>The state that an event carries, for events that carry one: of what, and up to which revision.</summary>
/// <param name="Kind">One of the constants.</param>
/// <param name="Id">The id of the message, for state that belongs to one.</param>
/// <param name="User">The user, for state that belongs to one.</param>
/// <param name="Revision">The last change that the state includes.</param>
internal readonly record struct EventState(char Kind, long Id, string? User, long Revision)
{
    public const char Message = 'c';
    public const char Reactions = 'r';
    public const char Member = 'm';
    public const char Rules = 's';
    public const char About = 'a';
    public const char Pin = 'p';
    public const char Thread = 'f';
    public const char Previews = 'k';

    /// <summary>What the state belongs to.</summary>
    public (char Kind, long Id, string? User) Subject => (Kind, Id, User);
}
