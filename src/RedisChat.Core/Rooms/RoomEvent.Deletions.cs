namespace RedisChat;

/// <content>Deletions of many messages.</content>
public abstract partial record RoomEvent
{
    /// <summary>Several messages were deleted in one step: see <see cref="ChatRoom.DeleteManyAsync"/>. There is no <see cref="Deleted"/> for them.</summary>
    public sealed record DeletedMany : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="messageIds">The messages' ids, ascending.</param>
        /// <param name="position">The room's position just after the deletion.</param>
        public DeletedMany(IReadOnlyList<long> messageIds, RoomPosition position)
            : base(position) => MessageIds = messageIds;

        /// <summary>The ids of the deleted messages, ascending: at most <see cref="ChatLimits.MaxDeletedAtOnce"/>.</summary>
        public IReadOnlyList<long> MessageIds { get; }

        /// <summary>The id of the user who deleted them; <see langword="null"/> for the application.</summary>
        public string? User { get; init; }

        /// <summary>When they were deleted, by the store's clock (Redis: µs), UTC; <see langword="null"/> if the store does not know.</summary>
        public DateTimeOffset? DeletedAt { get; init; }

        /// <summary>Why they were deleted; <see langword="null"/> if no reason was given. This is text from a user: encode it for wherever it is shown.</summary>
        public string? Reason { get; init; }

        /// <inheritdoc/>
        public bool Equals(DeletedMany? other) =>
            other is not null && Position == other.Position && User == other.User && DeletedAt == other.DeletedAt && Reason == other.Reason
            && MessageIds.SequenceEqual(other.MessageIds);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Position, User, DeletedAt, Reason, MessageIds.Count);
    }
}
