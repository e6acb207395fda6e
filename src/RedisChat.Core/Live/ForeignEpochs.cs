namespace RedisChat;

/// <summary>
/// Epochs that events named although the room has another one. Each can be the room created again, so its first event is worth a read of the store. It can
/// also be another environment that publishes on the same channel, or a forgery, and then each event must not cost a read.
/// </summary>
/// <remarks>Not thread-safe. Keeps a handful of epochs, however many there are.</remarks>
internal sealed class ForeignEpochs(TimeProvider time)
{
    /// <summary>How long after a read an epoch is not worth another one.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private const int Most = 4;

    private readonly List<Foreign> _epochs = new(Most);

    private readonly record struct Foreign(RoomPosition Last, long ReadAt);

    /// <summary>Notes the position of an event. Returns whether the store must be read, because it may be the room's.</summary>
    public bool IsWorthARead(RoomPosition position)
    {
        var index = _epochs.FindIndex(foreign => foreign.Last.Epoch == position.Epoch);
        if (index >= 0 && !IsOver(_epochs[index]))
        {
            _epochs[index] = _epochs[index] with { Last = position };
            return false;
        }

        if (index < 0 && _epochs.Count == Most)
        {
            index = _epochs.FindIndex(IsOver);
            if (index < 0)
            {
                // Too many at once. If the room was really created again, its next event after the interval shows it, or the probe does before.
                return false;
            }
        }

        var read = new Foreign(position, time.GetTimestamp());
        if (index < 0)
        {
            _epochs.Add(read);
        }
        else
        {
            _epochs[index] = read;
        }

        return true;
    }

    /// <summary>The store vouches for an epoch: it is not foreign any more.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="last">The position of its last event that was not delivered because it was foreign.</param>
    /// <returns>Whether there was such an event.</returns>
    public bool TryRemove(ulong epoch, out RoomPosition last)
    {
        var index = _epochs.FindIndex(foreign => foreign.Last.Epoch == epoch);
        last = index < 0 ? default : _epochs[index].Last;
        if (index >= 0)
        {
            _epochs.RemoveAt(index);
        }

        return index >= 0;
    }

    private bool IsOver(Foreign foreign) => time.GetElapsedTime(foreign.ReadAt) >= Interval;
}
