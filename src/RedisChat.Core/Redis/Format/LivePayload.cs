using System.Buffers.Text;

namespace RedisChat.Redis;

/// <summary>
/// What the scripts publish. A head of words, then lines of message values:
/// <c>c epoch id time time-before revision</c> with the values of messages id, id + 1 …;
/// <c>e epoch last time-of-last revision revision-before id</c> with one value; and <c>d …</c>, the same without.
/// </summary>
internal static class LivePayload
{
    /// <summary>Reads the payload's events; <see langword="false"/> if it holds anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out LiveEvents events)
    {
        events = default;
        var head = payload;
        ReadOnlySpan<byte> values = default;
        if (payload.IndexOf((byte)'\n') is var end && end >= 0)
        {
            head = payload[..end];
            values = payload[(end + 1)..];
        }

        if (head.Length < 2 || head[1] != ' ')
        {
            return false;
        }

        var kind = head[0];
        head = head[2..];
        return kind switch
        {
            (byte)'c' => TryReadCreated(head, values, out events),
            (byte)'e' or (byte)'d' => TryReadChanged(head, values, kind == 'd', out events),
            _ => false,
        };
    }

    private static bool TryReadCreated(ReadOnlySpan<byte> head, ReadOnlySpan<byte> values, out LiveEvents events)
    {
        events = default;
        if (!TryTakeEpoch(ref head, out var epoch) || !TryTake(ref head, out var id) || !TryTake(ref head, out var time)
            || !TryTake(ref head, out var timeBefore) || !TryTake(ref head, out var revision) || !head.IsEmpty)
        {
            return false;
        }

        foreach (var line in new Lines(values))
        {
            if (!MessageJson.TryRead(id, line, out var message))
            {
                return false;
            }

            events = LiveEvents.Append(events, new LiveEvent(new RoomEvent.Created(message, new RoomPosition(epoch, id, time, revision)), timeBefore));
            timeBefore = time;
            id++;
        }

        return events != default;
    }

    private static bool TryReadChanged(ReadOnlySpan<byte> head, ReadOnlySpan<byte> value, bool deleted, out LiveEvents events)
    {
        events = default;
        if (!TryTakeEpoch(ref head, out var epoch) || !TryTake(ref head, out var last) || !TryTake(ref head, out var time)
            || !TryTake(ref head, out var revision) || !TryTake(ref head, out var revisionBefore) || !TryTake(ref head, out var id) || !head.IsEmpty)
        {
            return false;
        }

        var position = new RoomPosition(epoch, last, time, revision);
        if (deleted)
        {
            events = LiveEvents.Append(default, new LiveEvent(DeletionJson.Read(id, position, value), revisionBefore));
            return true;
        }

        if (!MessageJson.TryRead(id, value, out var message))
        {
            return false;
        }

        events = LiveEvents.Append(default, new LiveEvent(new RoomEvent.Edited(message, position), revisionBefore));
        return true;
    }

    // 0 stands for a room that does not exist, and in which nothing can happen: who knows no room's epoch must not get by with that.
    private static bool TryTakeEpoch(ref ReadOnlySpan<byte> head, out ulong epoch) =>
        Utf8Parser.TryParse(head, out epoch, out var length, 'x') && epoch != 0 && TrySkip(ref head, length);

    private static bool TryTake(ref ReadOnlySpan<byte> head, out long number) =>
        Utf8Parser.TryParse(head, out number, out var length) && number is >= 0 and <= ChatLimits.MaxMessageId && TrySkip(ref head, length);

    private static bool TrySkip(ref ReadOnlySpan<byte> head, int length)
    {
        if (length == head.Length)
        {
            head = default;
            return true;
        }

        if (head[length] != ' ')
        {
            return false;
        }

        head = head[(length + 1)..];
        return true;
    }

    /// <summary>Splits at line ends without allocating.</summary>
    private ref struct Lines(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;
        private bool _ended;

        public ReadOnlySpan<byte> Current { get; private set; }

        public readonly Lines GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_ended)
            {
                return false;
            }

            var end = _rest.IndexOf((byte)'\n');
            _ended = end < 0;
            Current = _ended ? _rest : _rest[..end];
            _rest = _ended ? default : _rest[(end + 1)..];
            return true;
        }
    }
}
