namespace RedisChat.Redis;

/// <summary>A kind of live event that a feature publishes.</summary>
internal interface ILiveKind
{
    /// <summary>The event's letter: lower-case, and no other kind's.</summary>
    char Letter { get; }

    /// <summary>Reads an event.</summary>
    /// <param name="header">Its first line.</param>
    /// <param name="body">Its further lines, without the line feed before them. Lines that are not known are ignored: later versions may add some.</param>
    /// <returns>The event; <see langword="null"/> if it cannot be read.</returns>
    RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body);
}
