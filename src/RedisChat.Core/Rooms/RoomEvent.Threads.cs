namespace RedisChat;

/// <content>Threads.</content>
public abstract partial record RoomEvent
{
    /// <summary>Someone replied in the thread of a message, or a reply was deleted. Raised in the room that the message is in; the thread has the events of a room.</summary>
    public sealed record ThreadChanged : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="messageId">The id of the message that the thread belongs to.</param>
        /// <param name="thread">The thread.</param>
        /// <param name="position">The room's position just after it.</param>
        public ThreadChanged(long messageId, ThreadSummary thread, RoomPosition position)
            : base(position) => (MessageId, Thread) = (messageId, thread);

        /// <summary>The id of the message that the thread belongs to. While catching up, the message may be one that the next events deliver.</summary>
        public long MessageId { get; }

        /// <summary>The thread after the change, or after a later one.</summary>
        public ThreadSummary Thread { get; }

        /// <summary>The revision of the last change that <see cref="Thread"/> includes. While catching up, it may be ahead of the position.</summary>
        internal long Revision { get; init; }

        internal override EventState? State => new(EventState.Thread, MessageId, null, Revision);
    }
}
