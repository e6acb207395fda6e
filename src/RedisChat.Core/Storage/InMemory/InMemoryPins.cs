namespace RedisChat;

/// <summary>The pins of one room. For callers that hold the room's lock.</summary>
internal sealed class InMemoryPins(InMemoryRoom room) : IInMemoryFeature
{
    private readonly Dictionary<long, (long Revision, string? By)> _pins = [];

    /// <summary>The pinned messages, the most recent pin first.</summary>
    public IReadOnlyList<Pin> List() =>
    [
        .. _pins.OrderByDescending(pin => pin.Value.Revision).Select(pin => new Pin
        {
            MessageId = pin.Key,
            By = pin.Value.By,
            PinnedAt = Micros.ToTime(pin.Value.Revision),
            Message = room.At(pin.Key),
        }),
    ];

    /// <summary>Forgets that a user pinned something; returns whether there was anything.</summary>
    public bool Forget(string user)
    {
        var pinned = _pins.Where(pin => pin.Value.By == user).ToList();
        pinned.ForEach(pin => _pins[pin.Key] = (pin.Value.Revision, null));
        return pinned.Count > 0;
    }

    /// <summary>Pins a message: see <see cref="IPinStore.PinAsync"/>.</summary>
    public bool Pin(long messageId, Actor by)
    {
        CheckRight(by);
        if (room.At(messageId) is null)
        {
            return false;
        }

        if (!_pins.ContainsKey(messageId))
        {
            if (_pins.Count >= ChatLimits.MaxPins)
            {
                throw PinLimit.Error();
            }

            room.Changed(this, messageId, position =>
            {
                _pins[messageId] = (position.Revision, by.UserId);
                return StateOf(messageId, position);
            });
        }

        return true;
    }

    /// <summary>Unpins a message: see <see cref="IPinStore.UnpinAsync"/>.</summary>
    public void Unpin(long messageId, Actor by)
    {
        CheckRight(by);
        if (_pins.Remove(messageId))
        {
            room.Changed(this, messageId, position => new RoomEvent.Unpinned(messageId, position) { By = by.UserId });
        }
    }

    MessagePage IInMemoryFeature.AddTo(MessagePage page, string? reader) => page;

    RoomEvent IInMemoryFeature.StateOf(InMemorySubject subject, RoomPosition position, long revision) => StateOf(subject.MessageId, position);

    RoomEvent? IInMemoryFeature.StateOfNew(long messageId, RoomPosition position) => _pins.ContainsKey(messageId) ? StateOf(messageId, position) : null;

    void IInMemoryFeature.Remove(long messageId) => _pins.Remove(messageId);

    private RoomEvent StateOf(long messageId, RoomPosition position) => _pins.TryGetValue(messageId, out var pin)
        ? new RoomEvent.Pinned(messageId, Micros.ToTime(pin.Revision), position) { By = pin.By }
        : new RoomEvent.Unpinned(messageId, position);

    private void CheckRight(Actor by)
    {
        if (!by.IsApplication)
        {
            room.Ruling.Members.CheckRight(by.UserId!, RoomRights.Pin, speaks: false);
        }
    }
}
