namespace RedisChat;

/// <summary>
/// The epochs that events named although the room has a different one. A foreign epoch may mean that the room was created again, so its first event is worth
/// a read of the store. It may also come from another environment that publishes on the same channel, or from a forger; then not every event may cost a read.
/// </summary>
/// <remarks>Not thread-safe. Keeps only a handful of epochs, however many occur.</remarks>
internal sealed class ForeignEpochs(TimeProvider time)
{
    /// <summary>How long after a read an epoch does not justify another one.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private const int Most = 4;

    private readonly List<Foreign> _epochs = new(Most);

    private readonly record struct Foreign(RoomPosition Last, long ReadAt);

    /// <summary>Records the position of an event. Returns whether to read the store, because the event may be the room's.</summary>
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
                // Too many epochs at once. If the room was really created again, its next event after the interval shows that, or the probe does so earlier.
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

    /// <summary>Removes an epoch that the store has confirmed to be the room's.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="last">The position of its last event that was withheld as foreign.</param>
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
