using System.Diagnostics.CodeAnalysis;

namespace RedisChat.Redis;

/// <summary>
/// Parses the payloads that the scripts publish: see docs/keys.md, "Live events". A payload is a line of words, followed by lines that depend on the kind.
/// The letters of durable kinds are lower-case; those of passing kinds, which do not advance the position, are upper-case.
/// </summary>
/// <param name="kinds">The kinds of the features. The kinds of messages are always known.</param>
internal sealed class LivePayload(params ILiveKind[] kinds)
{
    /// <summary>The kinds of passing events.</summary>
    public IReadOnlyList<IPassingKind> PassingKinds { get; init; } = [];

    /// <summary>Whether a payload reports passing events.</summary>
    public static bool IsPassing(ReadOnlySpan<byte> payload) => payload is [>= (byte)'A' and <= (byte)'Z', (byte)' ', ..];

    /// <summary>Parses passing events. Empty if the kind is unknown or the payload is not valid: nothing depends on such an event.</summary>
    /// <param name="payload">The payload from the channel.</param>
    /// <param name="subscription">The subscription that it came from. The caller sees to it that no two calls for one run at the same time.</param>
    /// <param name="at">The room's position, which most watchers have.</param>
    /// <param name="cipher">The room's cipher, if it is encrypted.</param>
    public LiveEvents ReadPassing(ReadOnlySpan<byte> payload, object subscription, RoomPosition at, RoomCipher? cipher = null)
    {
        foreach (var kind in PassingKinds)
        {
            if (kind.Letters.Contains((char)payload[0], StringComparison.Ordinal))
            {
                var end = payload.IndexOf((byte)'\n');
                return kind.Read((char)payload[0], end < 0 ? payload[2..] : payload[2..end], end < 0 ? default : payload[(end + 1)..], subscription, at, cipher);
            }
        }

        return default;
    }

    /// <summary>Parses the payload's events.</summary>
    /// <param name="payload">The payload from the channel.</param>
    /// <param name="events">The events. Empty for passing events, which <see cref="ReadPassing"/> parses.</param>
    /// <param name="subscription">The subscription that it came from.</param>
    /// <param name="cipher">The room's cipher, if it is encrypted. An event that it cannot decrypt is not valid.</param>
    /// <returns>Whether the payload follows this grammar.</returns>
    public bool TryRead(ReadOnlySpan<byte> payload, out LiveEvents events, object? subscription = null, RoomCipher? cipher = null)
    {
        events = default;
        if (IsPassing(payload))
        {
            return true;
        }

        var end = payload.IndexOf((byte)'\n');
        if (!LiveHeader.TryRead(end < 0 ? payload : payload[..end], out var header))
        {
            return false;
        }

        var body = end < 0 ? default : payload[(end + 1)..];
        if (header.Kind == 'c')
        {
            return TryReadCreated(header, body, cipher, out events);
        }

        if (TryReadChange(header, body, subscription, cipher) is not { } happened)
        {
            return false;
        }

        events = LiveEvents.Append(default, new LiveEvent(happened, header.Before, ChatTelemetry.ReadTrace(header.Trace)));
        return true;
    }

    private RoomEvent? TryReadChange(in LiveHeader header, ReadOnlySpan<byte> body, object? subscription, RoomCipher? cipher)
    {
        switch (header.Kind)
        {
            case (byte)'e':
                return header.TryGetMessageId(out var edited) && TryReadMessage(edited, FirstLine(body), cipher, out var message)
                    ? new RoomEvent.Edited(message, header.Position)
                    : null;
            case (byte)'d':
                return header.TryGetMessageId(out var deleted) ? DeletionJson.Read(deleted, header.Position, FirstLine(body)) : null;
        }

        foreach (var kind in kinds)
        {
            // Several features may share a letter; each leaves the subjects of the others unknown.
            if (kind.Letter == header.Kind && kind.TryRead(header, body, subscription, cipher) is not RoomEvent.Unknown and var happened)
            {
                return happened;
            }
        }

        // From a later version. Its header alone moves the room's position.
        return new RoomEvent.Unknown(header.Position);
    }

    private static bool TryReadCreated(in LiveHeader header, ReadOnlySpan<byte> values, RoomCipher? cipher, out LiveEvents events)
    {
        events = default;
        var position = header.Position;
        var before = header.Before;
        var id = position.MessageId - values.Count((byte)'\n');
        if (id < 1)
        {
            return false;
        }

        var trace = ChatTelemetry.ReadTrace(header.Trace);
        for (var rest = values; id <= position.MessageId; id++)
        {
            var line = FirstLine(rest);
            if (!TryReadMessage(id, line, cipher, out var message))
            {
                return false;
            }

            events = LiveEvents.Append(events, new LiveEvent(new RoomEvent.Created(message, position with { MessageId = id }), before, trace));
            before = position.Stamp;
            rest = line.Length < rest.Length ? rest[(line.Length + 1)..] : default;
        }

        return true;
    }

    private static bool TryReadMessage(long id, ReadOnlySpan<byte> value, RoomCipher? cipher, [NotNullWhen(true)] out Message? message) =>
        cipher is null ? MessageJson.TryRead(id, value, out message) : EncryptedValue.TryRead(cipher, BoxPlace.Message(id), value, out message, out _);

    private static ReadOnlySpan<byte> FirstLine(ReadOnlySpan<byte> lines)
    {
        var end = lines.IndexOf((byte)'\n');
        return end < 0 ? lines : lines[..end];
    }
}
