using System.Text.Json.Serialization;

namespace RedisChat;

/// <content>Presence and typing: passing events.</content>
public abstract partial record RoomEvent
{
    /// <summary>
    /// A user entered the room: see <see cref="RoomPresence"/>. Passing: not part of the room's history and not delivered when catching up, so it may be
    /// lost. The position is that of the watcher.
    /// </summary>
    public sealed record Entered : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="user">The user's id.</param>
        /// <param name="count">The number of users who are present.</param>
        /// <param name="position">The watcher's position.</param>
        public Entered(string user, long count, RoomPosition position)
            : base(position) => (User, Count) = (user, count);

        /// <summary>The id of the user. Nothing follows if the user was already known to be present.</summary>
        public string User { get; }

        /// <summary>The number of users who are present after this and the other changes that the store made in the same step.</summary>
        public long Count { get; }

        /// <inheritdoc/>
        [JsonIgnore]
        public override bool IsPassing => true;

        internal override RoomEvent At(RoomPosition position) => position == Position ? this : new Entered(User, Count, position);
    }

    /// <summary>
    /// A user left the room, or the process of the user's last connection is gone: see <see cref="RoomPresence"/>. Passing, like <see cref="Entered"/>.
    /// </summary>
    public sealed record Left : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="user">The user's id.</param>
        /// <param name="count">The number of users who are present.</param>
        /// <param name="position">The watcher's position.</param>
        public Left(string user, long count, RoomPosition position)
            : base(position) => (User, Count) = (user, count);

        /// <summary>The id of the user.</summary>
        public string User { get; }

        /// <summary>The number of users who are still present after this and the other changes that the store made in the same step.</summary>
        public long Count { get; }

        /// <inheritdoc/>
        [JsonIgnore]
        public override bool IsPassing => true;

        internal override RoomEvent At(RoomPosition position) => position == Position ? this : new Left(User, Count, position);
    }

    /// <summary>
    /// Users entered or left of whom no single events are delivered. A client that shows the users, not only their number, lists them again. Raised in a room in
    /// which more than <see cref="PresenceOptions.CoalesceAbove"/> users are present, or were until now, at most once per
    /// <see cref="PresenceOptions.CoalesceInterval"/>; and if <see cref="Entered"/> or <see cref="Left"/> were lost on their way, as soon as the next one reveals
    /// that. Passing, like <see cref="Entered"/>.
    /// </summary>
    public sealed record PresenceChanged : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="count">The number of users who are present.</param>
        /// <param name="position">The watcher's position.</param>
        public PresenceChanged(long count, RoomPosition position)
            : base(position) => Count = count;

        /// <summary>The number of users who are present.</summary>
        public long Count { get; }

        /// <inheritdoc/>
        [JsonIgnore]
        public override bool IsPassing => true;

        internal override RoomEvent At(RoomPosition position) => position == Position ? this : new PresenceChanged(Count, position);
    }

    /// <summary>
    /// A user is typing: see <see cref="RoomPresence.TypingAsync"/>. It expires by itself: show it until <see cref="Until"/>, or until the user's next
    /// message. While the user types on, another event follows before then. No event reports the end. Passing, like <see cref="Entered"/>.
    /// </summary>
    public sealed record Typing : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="user">The user's id.</param>
        /// <param name="duration">For how long to show it.</param>
        /// <param name="until">When to stop showing it.</param>
        /// <param name="position">The watcher's position.</param>
        public Typing(string user, TimeSpan duration, DateTimeOffset until, RoomPosition position)
            : base(position) => (User, Duration, Until) = (user, duration, until);

        /// <summary>The id of the user.</summary>
        public string User { get; }

        /// <summary>For how long to show it, from when this process received it. For clients whose clock differs, such as browsers.</summary>
        public TimeSpan Duration { get; }

        /// <summary>When to stop showing it, by the clock of the process that received it, UTC. If that is past, the watcher was slow: ignore the event.</summary>
        public DateTimeOffset Until { get; }

        /// <inheritdoc/>
        [JsonIgnore]
        public override bool IsPassing => true;

        internal override RoomEvent At(RoomPosition position) => position == Position ? this : new Typing(User, Duration, Until, position);
    }
}
