namespace RedisChat.Redis;

/// <summary>A kind of passing event that a feature publishes: not part of the history, with no revision, and lost without harm.</summary>
internal interface IPassingKind
{
    /// <summary>The events' letters: upper-case and unique.</summary>
    string Letters { get; }

    /// <summary>Parses a payload.</summary>
    /// <param name="letter">Its first letter.</param>
    /// <param name="words">The words after it, in the first line. Further ones are ignored, because later versions may add some.</param>
    /// <param name="body">The other lines, without the line feed before them.</param>
    /// <param name="subscription">The subscription, for kinds that must know what came before. No other call for it runs at the same time.</param>
    /// <param name="at">The position for the events: that of the room, as far as it is known.</param>
    /// <returns>The events; empty if the payload cannot be read.</returns>
    LiveEvents Read(char letter, ReadOnlySpan<byte> words, ReadOnlySpan<byte> body, object subscription, RoomPosition at);

    /// <summary>Parses a payload, for kinds that are encrypted in encrypted rooms.</summary>
    /// <param name="letter">Its first letter.</param>
    /// <param name="words">The words after it.</param>
    /// <param name="body">The other lines.</param>
    /// <param name="subscription">The subscription.</param>
    /// <param name="at">The position for the events.</param>
    /// <param name="cipher">The room's cipher, if it is encrypted.</param>
    LiveEvents Read(char letter, ReadOnlySpan<byte> words, ReadOnlySpan<byte> body, object subscription, RoomPosition at, RoomCipher? cipher) =>
        Read(letter, words, body, subscription, at);
}
