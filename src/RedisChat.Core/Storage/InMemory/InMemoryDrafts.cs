namespace RedisChat;

/// <summary>One user's drafts, in the room that stands for the user's scope: see <see cref="UserScope"/>.</summary>
internal sealed class InMemoryDrafts(InMemoryRoom scope, TimeProvider time) : IInMemoryFeature
{
    private readonly Dictionary<string, Draft> _drafts = new(StringComparer.Ordinal);

    /// <summary>The drafts: see <see cref="IDraftStore.ReadDraftsAsync"/>.</summary>
    public IReadOnlyList<Draft> Read()
    {
        lock (scope.Gate)
        {
            return [.. _drafts.Values];
        }
    }

    /// <summary>Saves a draft: see <see cref="IDraftStore.SaveDraftAsync"/>.</summary>
    public Draft Save(Draft draft)
    {
        lock (scope.Gate)
        {
            if (_drafts.Count >= ChatLimits.MaxDrafts && !_drafts.ContainsKey(draft.Room))
            {
                throw UserDrafts.TooMany();
            }

            var before = _drafts.GetValueOrDefault(draft.Room)?.SavedAt ?? DateTimeOffset.MinValue;
            var now = Micros.ToTime(Micros.FromTime(time.GetUtcNow()));
            var saved = draft with { SavedAt = now > before ? now : before + TimeSpan.FromMicroseconds(1) };
            _drafts[draft.Room] = saved;
            Changed(draft.Room);
            return saved;
        }
    }

    /// <summary>Discards a draft: see <see cref="IDraftStore.DiscardDraftAsync"/>.</summary>
    public bool Discard(string room)
    {
        lock (scope.Gate)
        {
            if (!_drafts.Remove(room))
            {
                return false;
            }

            Changed(room);
            return true;
        }
    }

    MessagePage IInMemoryFeature.AddTo(MessagePage page, string? reader) => page;

    RoomEvent IInMemoryFeature.StateOf(InMemorySubject subject, RoomPosition position, long revision) =>
        new RoomEvent.DraftChanged(subject.Name!, position);

    RoomEvent? IInMemoryFeature.StateOfNew(long messageId, RoomPosition position) => null;

    void IInMemoryFeature.Remove(long messageId)
    {
    }

    private void Changed(string room) => scope.Changed(this, new InMemorySubject(0, room), position => new RoomEvent.DraftChanged(room, position));
}
