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
///     case RoomEvent.Gap: …       // reload the room
///     case RoomEvent.CaughtUp: …  // from here on live
/// }
/// </code>
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Created), "created")]
[JsonDerivedType(typeof(Edited), "edited")]
[JsonDerivedType(typeof(Deleted), "deleted")]
[JsonDerivedType(typeof(Gap), "gap")]
[JsonDerivedType(typeof(CaughtUp), "caughtUp")]
public abstract record RoomEvent
{
    private RoomEvent(RoomPosition position) => Position = position;

    /// <summary>The room's position just after this event. Watch after it to continue from here.</summary>
    public RoomPosition Position { get; }

    /// <summary>A message was sent.</summary>
    public sealed record Created : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="message">The message.</param>
        /// <param name="position">The room just after it.</param>
        public Created(Message message, RoomPosition position)
            : base(position) => Message = message;

        /// <summary>The message as it was when this was read; it may already have been edited.</summary>
        public Message Message { get; }
    }

    /// <summary>A message was edited.</summary>
    public sealed record Edited : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="message">The message.</param>
        /// <param name="position">The room just after the edit.</param>
        public Edited(Message message, RoomPosition position)
            : base(position) => Message = message;

        /// <summary>The message as it is after the edit, or after a later one.</summary>
        public Message Message { get; }
    }

    /// <summary>A message was deleted.</summary>
    public sealed record Deleted : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="messageId">The message's id.</param>
        /// <param name="position">The room just after the deletion.</param>
        public Deleted(long messageId, RoomPosition position)
            : base(position) => MessageId = messageId;

        /// <summary>The id of the message that is gone.</summary>
        public long MessageId { get; }

        /// <summary>Whether it was deleted after <see cref="RoomEvent.Position"/>, and found gone when the change before that was read.</summary>
        internal bool IsReadAhead { get; init; }
    }

    /// <summary>
    /// The events since the watcher's position are unknown: the room was lost and created again, acknowledged messages were
    /// lost in a fail-over, or more changed than the change log keeps. What the watcher has seen may be wrong, so reload the room.
    /// The stream continues from <see cref="RoomEvent.Position"/>, the room's current position.
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
}
