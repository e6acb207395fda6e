namespace RedisChat;

/// <content>Erasure of users.</content>
public abstract partial record RoomEvent
{
    /// <summary>
    /// Something in the room no longer names a user who is being erased: see <see cref="ChatUser.EraseAsync"/>. Read the messages again, and the members and pins if you show them. A message whose author was replaced, or that
    /// mentioned the user, keeps its version and its time. Messages that were deleted, and reactions, come with events of their own.
    /// </summary>
    public sealed record UserErased : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="messageIds">The messages' ids, ascending.</param>
        /// <param name="position">The room's position just after it.</param>
        public UserErased(IReadOnlyList<long> messageIds, RoomPosition position)
            : base(position) => MessageIds = messageIds;

        /// <summary>The ids of the messages that have changed, ascending: at most <see cref="ChatLimits.MaxDeletedAtOnce"/>; empty if only something else has.</summary>
        public IReadOnlyList<long> MessageIds { get; }

        /// <inheritdoc/>
        public bool Equals(UserErased? other) => other is not null && Position == other.Position && MessageIds.SequenceEqual(other.MessageIds);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Position, MessageIds.Count);
    }
}
