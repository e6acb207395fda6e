using System.Text.Json.Serialization;

namespace RedisChat;

/// <content>Messages that are written part by part.</content>
public abstract partial record RoomEvent
{
    /// <summary>
    /// A part was added to a message that is being written: see <see cref="MessageWriter"/>. The message's text is now its first <see cref="Offset"/> characters, and then
    /// <see cref="Text"/>. A watcher receives the text once and in order, whenever it began to watch: after <see cref="Created"/>, the first part continues the text
    /// of that message; otherwise it begins at 0, and has everything that was written so far. A part that was lost comes with the next one, or with <see cref="WritingEnded"/>,
    /// which has the whole text and may come before the last parts. Passing: not part of the room's history, and not delivered when catching up,
    /// where messages come with their text so far. The position is that of the watcher.
    /// </summary>
    public sealed record PartWritten : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="messageId">The message's id.</param>
        /// <param name="offset">Where the part begins.</param>
        /// <param name="text">The text of the part.</param>
        /// <param name="position">The watcher's position.</param>
        public PartWritten(long messageId, int offset, string text, RoomPosition position)
            : base(position) => (MessageId, Offset, Text) = (messageId, offset, text);

        /// <summary>The message's id.</summary>
        public long MessageId { get; }

        /// <summary>Where the part begins in the message's text: an index of its characters (UTF-16 code units), as strings have it in C# and JavaScript.</summary>
        public int Offset { get; }

        /// <summary>The text of the part. It never splits a surrogate pair.</summary>
        public string Text { get; }

        /// <summary>The text so far, for watchers that do not have the text before this part.</summary>
        internal WrittenText? Parts { get; init; }

        /// <inheritdoc/>
        [JsonIgnore]
        public override bool IsPassing => true;

        internal override RoomEvent At(RoomPosition position) =>
            position == Position ? this : new PartWritten(MessageId, Offset, Text, position) { Parts = Parts };

        /// <inheritdoc/>
        public bool Equals(PartWritten? other) =>
            other is not null && Position == other.Position && MessageId == other.MessageId && Offset == other.Offset && Text == other.Text;

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Position, MessageId, Offset, Text);
    }

    /// <summary>A message that was being written is complete, or was abandoned: <see cref="Message.Writing"/> says which. Either way, this is its whole text.</summary>
    public sealed record WritingEnded : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="message">The message.</param>
        /// <param name="position">The room's position just after the end.</param>
        public WritingEnded(Message message, RoomPosition position)
            : base(position) => Message = message;

        /// <summary>The message as it was when this was read. When catching up, it may already have been edited.</summary>
        public Message Message { get; }

        /// <summary>The text, if the event does not have it yet.</summary>
        internal PendingText? Pending { get; init; }

        /// <summary>The event with the message's text; <see langword="null"/> if it must be read from the store.</summary>
        internal WritingEnded? Whole() => Pending is null ? this : Pending.Complete(this);
    }
}
