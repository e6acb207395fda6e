namespace RedisChat;

/// <summary>Who does something in a room: a user, whose rights there count, or the application itself, which no rule binds.</summary>
/// <remarks>A user's id converts to an actor, so a call that takes an actor can be passed the id. The default value is neither and is rejected.</remarks>
public readonly record struct Actor
{
    private readonly bool _isApplication;

    private Actor(string? user, bool isApplication) => (UserId, _isApplication) = (user, isApplication);

    /// <summary>The application itself: for administration tools, imports and the like. Never choose it because a client asked for it.</summary>
    public static Actor Application { get; } = new(null, isApplication: true);

    /// <summary>The user's id; <see langword="null"/> for the application.</summary>
    public string? UserId { get; }

    /// <summary>Whether it is the application.</summary>
    public bool IsApplication => _isApplication;

    /// <summary>A user.</summary>
    /// <param name="id">The user's id. It is trusted: the application must know who acts.</param>
    public static Actor User(string id) => new(id, isApplication: false);

    /// <summary>A user.</summary>
    /// <param name="id">The user's id.</param>
    public static implicit operator Actor(string id) => User(id);

    /// <summary>The user's id, or <c>(application)</c>.</summary>
    public override string ToString() => _isApplication ? "(application)" : UserId ?? "";
}
