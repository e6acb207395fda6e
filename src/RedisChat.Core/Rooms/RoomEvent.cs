using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>An event in a watched room: always one of the nested types.</summary>
/// <remarks>
/// <code>
/// switch (happened)
/// {
///     case RoomEvent.Created { Message: var message }: …
///     case RoomEvent.Edited { Message: var message }: …
///     case RoomEvent.Deleted { MessageId: var id }: …
///     case RoomEvent.DeletedMany { MessageIds: var ids }: …
///     case RoomEvent.Trimmed { Below: var below }: … // all messages with lower ids
///     case RoomEvent.Reacted { MessageId: var id, Reactions: var reactions }: …
///     case RoomEvent.MemberChanged { Member: var member }: …
///     case RoomEvent.RulesChanged { Rules: var rules }: …
///     case RoomEvent.AboutChanged { About: var about }: …
///     case RoomEvent.Pinned { MessageId: var id }: …
///     case RoomEvent.Unpinned { MessageId: var id }: …
///     case RoomEvent.ThreadChanged { MessageId: var id, Thread: var thread }: …
///     case RoomEvent.RoomDeleted: … // the last event
///     case RoomEvent.Entered { User: var user }: …
///     case RoomEvent.Left { User: var user }: …
///     case RoomEvent.PresenceChanged { Count: var count }: …
///     case RoomEvent.Typing { User: var user, Until: var until }: …
///     case RoomEvent.PartWritten { MessageId: var id, Offset: var offset, Text: var part }: …
///     case RoomEvent.WritingEnded { Message: var message }: …
///     case RoomEvent.PreviewsChanged { MessageId: var id, Previews: var previews }: …
///     case RoomEvent.ReadMarkerMoved { User: var user, MessageId: var id }: …
///     case RoomEvent.Gap: …       // reload the room
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
[JsonDerivedType(typeof(MemberChanged), "memberChanged")]
[JsonDerivedType(typeof(RulesChanged), "rulesChanged")]
[JsonDerivedType(typeof(AboutChanged), "aboutChanged")]
[JsonDerivedType(typeof(RoomDeleted), "roomDeleted")]
[JsonDerivedType(typeof(Gap), "gap")]
[JsonDerivedType(typeof(CaughtUp), "caughtUp")]
[JsonDerivedType(typeof(Heartbeat), "heartbeat")]
[JsonDerivedType(typeof(Failed), "failed")]
[JsonDerivedType(typeof(Entered), "entered")]
[JsonDerivedType(typeof(Left), "left")]
[JsonDerivedType(typeof(PresenceChanged), "presenceChanged")]
[JsonDerivedType(typeof(Typing), "typing")]
[JsonDerivedType(typeof(ReadMarkerMoved), "readMarkerMoved")]
[JsonDerivedType(typeof(DeletedMany), "deletedMany")]
[JsonDerivedType(typeof(Pinned), "pinned")]
[JsonDerivedType(typeof(Unpinned), "unpinned")]
[JsonDerivedType(typeof(ThreadChanged), "threadChanged")]
[JsonDerivedType(typeof(PartWritten), "partWritten")]
[JsonDerivedType(typeof(WritingEnded), "writingEnded")]
[JsonDerivedType(typeof(Trimmed), "trimmed")]
[JsonDerivedType(typeof(UserErased), "userErased")]
[JsonDerivedType(typeof(PreviewsChanged), "previewsChanged")]
public abstract partial record RoomEvent
{
    private RoomEvent(RoomPosition position) => Position = position;

    /// <summary>The room's position just after this event. Watch after it to continue from here.</summary>
    public RoomPosition Position { get; }

    /// <summary>The state that it carries, if it is of a kind that does.</summary>
    internal virtual EventState? State => null;

    /// <summary>
    /// Whether it is passing, like <see cref="Typing"/>: not part of the room's history, and lost without harm. Its position is that of the watcher that receives it.
    /// Not part of the JSON, where the kind says it.
    /// </summary>
    [JsonIgnore]
    public virtual bool IsPassing => false;

    /// <summary>A passing event at the position of a watcher. All other events have a position of their own.</summary>
    internal virtual RoomEvent At(RoomPosition position) => this;

    /// <summary>A message was sent.</summary>
    public sealed record Created : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="message">The message.</param>
        /// <param name="position">The room's position just after it.</param>
        public Created(Message message, RoomPosition position)
            : base(position) => Message = message;

        /// <summary>
        /// The message as it was when this was read. When catching up, it may already have been edited; that edit does not come as an event of its own then.
        /// </summary>
        public Message Message { get; }

        internal override EventState? State => new(EventState.Message, Message.Id, null, Message.Revision);
    }

    /// <summary>A message was edited.</summary>
    public sealed record Edited : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="message">The message.</param>
        /// <param name="position">The room's position just after the edit.</param>
        public Edited(Message message, RoomPosition position)
            : base(position) => Message = message;

        /// <summary>The message as it is after the edit, or after a later one.</summary>
        public Message Message { get; }

        internal override EventState? State => new(EventState.Message, Message.Id, null, Message.Revision);
    }

    /// <summary>A message was deleted.</summary>
    public sealed record Deleted : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="messageId">The message's id.</param>
        /// <param name="position">The room's position just after the deletion.</param>
        public Deleted(long messageId, RoomPosition position)
            : base(position) => MessageId = messageId;

        /// <summary>The id of the deleted message.</summary>
        public long MessageId { get; }

        /// <summary>The id of the user who deleted it; <see langword="null"/> if the store was not given one.</summary>
        public string? User { get; init; }

        /// <summary>When it was deleted, by the store's clock (Redis: µs), UTC; <see langword="null"/> if the store does not know.</summary>
        public DateTimeOffset? DeletedAt { get; init; }

        /// <summary>Why it was deleted; <see langword="null"/> if no reason was given. This is text from a user: encode it for wherever it is shown.</summary>
        public string? Reason { get; init; }

        internal override EventState? State => new(EventState.Message, MessageId, null, Position.Revision);
    }

    /// <summary>A user added or removed a reaction to a message.</summary>
    public sealed record Reacted : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="messageId">The message's id.</param>
        /// <param name="reactions">All reactions to the message.</param>
        /// <param name="user">The id of the user, if it is known.</param>
        /// <param name="position">The room's position just after the change.</param>
        public Reacted(long messageId, IReadOnlyList<Reaction> reactions, string? user, RoomPosition position)
            : base(position) => (MessageId, Reactions, User) = (messageId, reactions, user);

        /// <summary>The message's id.</summary>
        public long MessageId { get; }

        /// <summary>All reactions to the message after the change, or after a later one, in order of first use; empty if there are none left.</summary>
        public IReadOnlyList<Reaction> Reactions { get; }

        /// <summary>The user who added or removed a reaction; <see langword="null"/> when catching up, where several changes become one.</summary>
        public string? User { get; }

        /// <summary>The revision of the last change that <see cref="Reactions"/> include. While catching up, it may be ahead of the position.</summary>
        internal long Revision { get; init; }

        internal override EventState? State => new(EventState.Reactions, MessageId, null, Revision);

        /// <inheritdoc/>
        public bool Equals(Reacted? other) =>
            other is not null && Position == other.Position && MessageId == other.MessageId && User == other.User && Reactions.SequenceEqual(other.Reactions);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Position, MessageId, User, Reactions.Count);
    }

    /// <summary>
    /// The events since the watcher's position are unknown: the room was lost and created again, acknowledged messages were
    /// lost in a failover, or there were more changes than the change log keeps. Or they exceed <see cref="WatchOptions.MaxCatchUp"/>. What the watcher
    /// has seen may be wrong, so reload the room. The stream continues from <see cref="RoomEvent.Position"/>, the room's current position.
    /// </summary>
    public sealed record Gap : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="position">The room's current position.</param>
        public Gap(RoomPosition position)
            : base(position)
        {
        }
    }

    /// <summary>A change of a kind that this version of the library does not know. It moves the position and is not delivered.</summary>
    internal sealed record Unknown : RoomEvent
    {
        public Unknown(RoomPosition position)
            : base(position)
        {
        }
    }

    /// <summary>Every event from before the watch began has been delivered; live events follow. Delivered once.</summary>
    public sealed record CaughtUp : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="position">The room's current position.</param>
        public CaughtUp(RoomPosition position)
            : base(position)
        {
        }
    }

    /// <summary>
    /// Nothing happened for <see cref="WatchOptions.Heartbeat"/>. Delivered only if requested. The position is that of the previous event; in a
    /// <see cref="WatchedRooms"/>, where a heartbeat concerns all rooms, it is <see cref="RoomPosition.Start"/>.
    /// </summary>
    public sealed record Heartbeat : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="position">The watcher's position.</param>
        public Heartbeat(RoomPosition position)
            : base(position)
        {
        }
    }

    /// <summary>
    /// A room of a <see cref="WatchedRooms"/> can no longer be watched: it has left the stream, and can be added again. Delivered only by such a stream; a watch
    /// of a single room throws the error instead.
    /// </summary>
    public sealed record Failed : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="position">
        /// The position of the previous event. If there was none, the position from which the room was watched; <see cref="RoomPosition.Start"/> if it was to start
        /// with the events from then on.
        /// </param>
        public Failed(RoomPosition position)
            : base(position)
        {
        }

        /// <summary>
        /// Why: usually a <see cref="ChatException"/>, whose <see cref="ChatException.Room"/> is this room. Waiting does not fix it. Not part of the JSON, where
        /// clients would see it.
        /// </summary>
        [JsonIgnore]
        public Exception? Error { get; init; }
    }
}
