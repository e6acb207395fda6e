using System.Text.Json.Serialization;

namespace RedisChat;

/// <content>Read markers: a passing event.</content>
public abstract partial record RoomEvent
{
    /// <summary>
    /// A user marked messages as read, or as unread again: see <see cref="RoomReadMarkers"/>. Passing: not part of the room's history and not delivered when
    /// catching up, so it may be lost. The position is that of the watcher.
    /// </summary>
    public sealed record ReadMarkerMoved : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="user">The user's id.</param>
        /// <param name="messageId">The last message that the user has read; 0 if none.</param>
        /// <param name="movedAt">When the marker was moved.</param>
        /// <param name="position">The watcher's position.</param>
        public ReadMarkerMoved(string user, long messageId, DateTimeOffset movedAt, RoomPosition position)
            : base(position) => (User, MessageId, MovedAt) = (user, messageId, movedAt);

        /// <summary>The id of the user.</summary>
        public string User { get; }

        /// <summary>The user has read this message and all before it; 0 if none.</summary>
        public long MessageId { get; }

        /// <summary>
        /// When the marker was moved, by the store's clock (Redis: µs), UTC. Ignore an event that is older than the <see cref="ReadMarker.At"/> that is
        /// known of the user.
        /// </summary>
        public DateTimeOffset MovedAt { get; }

        /// <inheritdoc/>
        [JsonIgnore]
        public override bool IsPassing => true;

        internal override RoomEvent At(RoomPosition position) => position == Position ? this : new ReadMarkerMoved(User, MessageId, MovedAt, position);
    }
}
