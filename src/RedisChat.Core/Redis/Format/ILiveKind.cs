namespace RedisChat.Redis;

/// <summary>A kind of live event that a feature publishes.</summary>
internal interface ILiveKind
{
    /// <summary>The event's letter: lower-case and unique.</summary>
    char Letter { get; }

    /// <summary>Parses an event.</summary>
    /// <param name="header">Its first line.</param>
    /// <param name="body">Its other lines, without the line feed before them. Unknown lines are ignored, because later versions may add some.</param>
    /// <returns>The event; <see langword="null"/> if it cannot be read.</returns>
    RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body);
}
