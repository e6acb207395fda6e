namespace RedisChat;

/// <content>Pins.</content>
public abstract partial record RoomEvent
{
    /// <summary>A message was pinned.</summary>
    public sealed record Pinned : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="messageId">The message's id.</param>
        /// <param name="pinnedAt">When it was pinned.</param>
        /// <param name="position">The room's position just after it.</param>
        public Pinned(long messageId, DateTimeOffset pinnedAt, RoomPosition position)
            : base(position) => (MessageId, PinnedAt) = (messageId, pinnedAt);

        /// <summary>The message's id. While catching up, the message may be one that the next events deliver.</summary>
        public long MessageId { get; }

        /// <summary>The id of the user who pinned it; <see langword="null"/> for the application.</summary>
        public string? By { get; init; }

        /// <summary>When it was pinned, by the store's clock (Redis: µs), UTC.</summary>
        public DateTimeOffset PinnedAt { get; }

        internal override EventState? State => new(EventState.Pin, MessageId, null, Micros.FromTime(PinnedAt));
    }

    /// <summary>A message was unpinned. A message that is deleted is unpinned, too: <see cref="Deleted"/> or <see cref="DeletedMany"/> says so, without this event.</summary>
    public sealed record Unpinned : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="messageId">The message's id.</param>
        /// <param name="position">The room's position just after it.</param>
        public Unpinned(long messageId, RoomPosition position)
            : base(position) => MessageId = messageId;

        /// <summary>The message's id.</summary>
        public long MessageId { get; }

        /// <summary>The id of the user who unpinned it; <see langword="null"/> for the application, and when catching up, where several changes become one.</summary>
        public string? By { get; init; }

        internal override EventState? State => new(EventState.Pin, MessageId, null, Position.Revision);
    }
}
