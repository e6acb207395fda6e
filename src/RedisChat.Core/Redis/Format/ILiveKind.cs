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

    /// <summary>Parses an event, for kinds that must know what came before, or are encrypted.</summary>
    /// <param name="header">Its first line.</param>
    /// <param name="body">Its other lines.</param>
    /// <param name="subscription">The subscription that it came from; <see langword="null"/> if it is not known. Other calls for it may run at the same time.</param>
    /// <param name="cipher">The room's cipher, if it is encrypted.</param>
    RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body, object? subscription, RoomCipher? cipher) => TryRead(header, body);
}
