namespace RedisChat;

/// <summary>The settings of one room.</summary>
internal sealed class InMemoryAbout(InMemoryRoom room, TimeProvider time) : IInMemoryFeature
{
    private static readonly InMemorySubject Subject = new(0, "about");

    /// <summary>The settings; <see langword="null"/> if the room has none. Read under the lock.</summary>
    public RoomAbout? About { get; private set; }

    /// <summary>When the room got its first settings, µs.</summary>
    public long Since { get; private set; }

    /// <summary>Gives a room without settings its first ones. For callers that hold the lock.</summary>
    public RoomCreation Create(RoomAbout about)
    {
        Set(about, by: null);
        return new RoomCreation(about, IsNew: true);
    }

    /// <summary>Changes the settings: see <see cref="IRoomDirectoryStore.ChangeAboutAsync"/>. For callers that hold the lock.</summary>
    public RoomAbout Change(Actor actor, Func<RoomAbout, RoomAbout> decide)
    {
        var about = decide(About ?? RoomAbout.None);
        if (about == About)
        {
            return about;
        }

        if (actor.UserId is { } user)
        {
            room.Ruling.Members.CheckRight(user, RoomRights.Manage, speaks: false);
        }

        Set(about, actor.UserId);
        return about;
    }

    MessagePage IInMemoryFeature.AddTo(MessagePage page, string? reader) => page;

    RoomEvent IInMemoryFeature.StateOf(InMemorySubject subject, RoomPosition position, long revision) =>
        new RoomEvent.AboutChanged(About!, position) { Revision = revision };

    RoomEvent? IInMemoryFeature.StateOfNew(long messageId, RoomPosition position) => null;

    void IInMemoryFeature.Remove(long messageId)
    {
    }

    private void Set(RoomAbout about, string? by)
    {
        Since = About is null ? Micros.FromTime(time.GetUtcNow()) : Since;
        if ((about.MessagesExpireAfter, about.Retention) != (About?.MessagesExpireAfter, About?.Retention))
        {
            room.NeedsUpkeep?.Invoke(time.GetUtcNow());
        }

        About = about;
        room.Changed(this, Subject, position => new RoomEvent.AboutChanged(about, position) { By = by, Revision = position.Revision });
    }
}
