using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>Something that happened in a watched room. One of the nested types, and no other.</summary>
/// <remarks>
/// <code>
/// switch (happened)
/// {
///     case RoomEvent.Created { Message: var message }: …
///     case RoomEvent.Edited { Message: var message }: …
///     case RoomEvent.Deleted { MessageId: var id }: …
///     case RoomEvent.Reacted { MessageId: var id, Reactions: var reactions }: …
///     case RoomEvent.Gap: …       // load the room again
///     case RoomEvent.CaughtUp: …  // from here on live
///     case RoomEvent.Heartbeat: … // nothing happened for a while
/// }
/// </code>
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Created), "created")]
[JsonDerivedType(typeof(Edited), "edited")]
[JsonDerivedType(typeof(Deleted), "deleted")]
[JsonDerivedType(typeof(Reacted), "reacted")]
[JsonDerivedType(typeof(Gap), "gap")]
[JsonDerivedType(typeof(CaughtUp), "caughtUp")]
[JsonDerivedType(typeof(Heartbeat), "heartbeat")]
public abstract record RoomEvent
{
    private RoomEvent(RoomPosition position) => Position = position;

    /// <summary>The room just after this event. Watch after it to go on from here.</summary>
    public RoomPosition Position { get; }

    /// <summary>What the event reports the state of; <see langword="null"/> if it reports no state.</summary>
    internal virtual EventSubject? Subject => null;

    /// <summary>
    /// The revision of the last change that the reported state includes. It is ahead of <see cref="Position"/> if the state was read from the store a moment after
    /// the change log was, and something changed in between.
    /// </summary>
    internal virtual long StateRevision => Position.Revision;

    /// <summary>A message was sent.</summary>
    public sealed record Created : RoomEvent
    {
        /// <summary>Makes one.</summary>
        /// <param name="message">The message.</param>
        /// <param name="position">The room just after it.</param>
        public Created(Message message, RoomPosition position)
            : base(position) => Message = message;

        /// <summary>The message, as it stood when this was read; it may have been edited by then.</summary>
        public Message Message { get; }

        internal override EventSubject? Subject => new(EventSubject.Of.Message, Message.Id);

        internal override long StateRevision => RevisionOf(Message);
    }

    /// <summary>A message was edited.</summary>
    public sealed record Edited : RoomEvent
    {
        /// <summary>Makes one.</summary>
        /// <param name="message">The message.</param>
        /// <param name="position">The room just after the edit.</param>
        public Edited(Message message, RoomPosition position)
            : base(position) => Message = message;

        /// <summary>The message as it is after the edit, or after a later one.</summary>
        public Message Message { get; }

        internal override EventSubject? Subject => new(EventSubject.Of.Message, Message.Id);

        internal override long StateRevision => RevisionOf(Message);
    }

    /// <summary>A message was deleted.</summary>
    public sealed record Deleted : RoomEvent
    {
        /// <summary>Makes one.</summary>
        /// <param name="messageId">The message's id.</param>
        /// <param name="position">The room just after the deletion.</param>
        public Deleted(long messageId, RoomPosition position)
            : base(position) => MessageId = messageId;

        /// <summary>The id of the message that is gone.</summary>
        public long MessageId { get; }

        /// <summary>The id of the user who deleted it; <see langword="null"/> if the store was not given one.</summary>
        public string? User { get; init; }

        /// <summary>When it was deleted, by the store's clock (Redis: µs), UTC; <see langword="null"/> if the store does not know.</summary>
        public DateTimeOffset? DeletedAt { get; init; }

        /// <summary>Why it was deleted; <see langword="null"/> if no reason was given. This is text from a user: encode it for wherever it is shown.</summary>
        public string? Reason { get; init; }

        internal override EventSubject? Subject => new(EventSubject.Of.Message, MessageId);
    }

    /// <summary>A user added or removed a reaction to a message.</summary>
    public sealed record Reacted : RoomEvent
    {
        /// <summary>Makes one.</summary>
        /// <param name="messageId">The message's id.</param>
        /// <param name="reactions">All reactions to the message.</param>
        /// <param name="user">The id of the user, if it is known.</param>
        /// <param name="position">The room just after the change.</param>
        public Reacted(long messageId, IReadOnlyList<Reaction> reactions, string? user, RoomPosition position)
            : base(position) => (MessageId, Reactions, User) = (messageId, reactions, user);

        /// <summary>The message's id.</summary>
        public long MessageId { get; }

        /// <summary>All reactions to the message after the change, or after a later one; empty if none is left. By first use.</summary>
        public IReadOnlyList<Reaction> Reactions { get; }

        /// <summary>The user who added or removed a reaction; <see langword="null"/> when catching up, where several changes become one.</summary>
        public string? User { get; }

        /// <summary>The revision of the last change that <see cref="Reactions"/> include; may be ahead of the position when catching up.</summary>
        internal long Revision { get; init; }

        internal override EventSubject? Subject => new(EventSubject.Of.Reactions, MessageId);

        internal override long StateRevision => Math.Max(Revision, Position.Revision);

        /// <inheritdoc/>
        public bool Equals(Reacted? other) =>
            other is not null && Position == other.Position && MessageId == other.MessageId && User == other.User && Reactions.SequenceEqual(other.Reactions);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Position, MessageId, User, Reactions.Count);
    }

    /// <summary>
    /// What happened since the watcher's position cannot be delivered: the room was lost and created again, an acknowledged end of its history was
    /// lost in a fail-over, more changed than its change log keeps, or it is more than <see cref="WatchOptions.MaxCatchUp"/> events. What the watcher has
    /// seen may be wrong: load the room again. The stream goes on from <see cref="RoomEvent.Position"/>, the room's position now.
    /// </summary>
    public sealed record Gap : RoomEvent
    {
        /// <summary>Makes one.</summary>
        /// <param name="position">The room's position now.</param>
        public Gap(RoomPosition position)
            : base(position)
        {
        }
    }

    /// <summary>A change of a kind that this version of the library does not know. It moves the position and is not handed out.</summary>
    internal sealed record Unknown : RoomEvent
    {
        public Unknown(RoomPosition position)
            : base(position)
        {
        }
    }

    /// <summary>Everything that had happened when the watching began has been delivered; from here on events come as they happen. Comes once.</summary>
    public sealed record CaughtUp : RoomEvent
    {
        /// <summary>Makes one.</summary>
        /// <param name="position">The room's position now.</param>
        public CaughtUp(RoomPosition position)
            : base(position)
        {
        }
    }

    /// <summary>
    /// Nothing happened for as long as <see cref="WatchOptions.Heartbeat"/> says. Comes only where it was asked for. The position is that of the event before.
    /// </summary>
    public sealed record Heartbeat : RoomEvent
    {
        /// <summary>Makes one.</summary>
        /// <param name="position">The watcher's position.</param>
        public Heartbeat(RoomPosition position)
            : base(position)
        {
        }
    }

    // An edit takes its time as its revision, and a change that is not an edit leaves it alone: so this is the last change of the text.
    private static long RevisionOf(Message message) => message.EditedAt is { } edited ? Micros.FromTime(edited) : 0;
}
