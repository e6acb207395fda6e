namespace RedisChat;

/// <content>Trimming.</content>
public abstract partial record RoomEvent
{
    /// <summary>The beginning of the history was deleted: see <see cref="RetentionPolicy"/>. There is no <see cref="Deleted"/> for its messages.</summary>
    public sealed record Trimmed : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="below">The least id that a message can still have.</param>
        /// <param name="position">The room's position just after it.</param>
        public Trimmed(long below, RoomPosition position)
            : base(position) => Below = below;

        /// <summary>All messages with ids below this are deleted.</summary>
        public long Below { get; }
    }
}
