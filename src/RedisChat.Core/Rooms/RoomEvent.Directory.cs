namespace RedisChat;

/// <content>A room's settings, and its end.</content>
public abstract partial record RoomEvent
{
    /// <summary>The room's settings changed: its name, topic or metadata.</summary>
    public sealed record AboutChanged : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="about">The settings.</param>
        /// <param name="position">The room's position just after the change.</param>
        public AboutChanged(RoomAbout about, RoomPosition position)
            : base(position) => About = about;

        /// <summary>The settings after the change, or after a later one.</summary>
        public RoomAbout About { get; }

        /// <summary>
        /// The id of the user who made the change; <see langword="null"/> for the application, and when catching up, where several changes become one.
        /// </summary>
        public string? By { get; init; }

        /// <summary>The revision of the last change that <see cref="About"/> includes. While catching up, it may be ahead of the position.</summary>
        internal long Revision { get; init; }

        internal override EventState? State => new(EventState.About, 0, null, Revision);

        /// <inheritdoc/>
        public bool Equals(AboutChanged? other) => other is not null && Position == other.Position && About == other.About && By == other.By;

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Position, About, By);
    }

    /// <summary>
    /// The room was deleted with everything in it: see <see cref="RoomDirectory.DeleteAsync"/>. The last event of a watch, which then ends without an error; the room leaves a
    /// <see cref="WatchedRooms"/>.
    /// </summary>
    /// <remarks>
    /// A watcher that was cut off from the store during the whole deletion receives a <see cref="Gap"/> instead, whose position is <see cref="RoomPosition.Start"/> unless the room was
    /// created again.
    /// </remarks>
    public sealed record RoomDeleted : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="position">The last position of the room that is known.</param>
        public RoomDeleted(RoomPosition position)
            : base(position)
        {
        }

        /// <summary>The id of the user who deleted the room; <see langword="null"/> for the application, and when catching up.</summary>
        public string? By { get; init; }
    }
}
