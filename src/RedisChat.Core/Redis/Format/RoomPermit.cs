namespace RedisChat.Redis;

/// <summary>Who writes to a room, and the right that it takes. The scripts check it in the same step as the write, in rooms that have rules.</summary>
/// <param name="Actor">Who writes.</param>
/// <param name="Right">The right.</param>
/// <param name="Speaks">Whether a muted user may not do it.</param>
internal readonly record struct RoomPermit(Actor Actor, RoomRights Right, bool Speaks = false)
{
    /// <summary>The application, which no rule binds.</summary>
    public static RoomPermit Application => new(Actor.Application, RoomRights.None);

    /// <summary>The letter of the right.</summary>
    public string Letter => RightLetters.Of(Right);

    /// <summary>Whether to check the rules: if the room has some, or if a room without rules does not give everyone the right.</summary>
    public bool IsGuarded(bool hasRules) => !Actor.IsApplication && (hasRules || !RightLetters.WithoutRules.HasFlag(Right));
}
