namespace RedisChat;

/// <content>Members and rules.</content>
public abstract partial record RoomEvent
{
    /// <summary>A user joined, left, was invited or removed, got another role, was banned or muted, or one of these was undone.</summary>
    /// <remarks>
    /// A watcher that starts at <see cref="RoomPosition.Start"/> receives the changes that the change log still has: list the members instead (<see cref="RoomMembers.ListAsync"/>).
    /// </remarks>
    public sealed record MemberChanged : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="member">What the room knows of the user now.</param>
        /// <param name="position">The room's position just after the change.</param>
        public MemberChanged(RoomMember member, RoomPosition position)
            : base(position) => Member = member;

        /// <summary>What the room knows of the user after the change, or after a later one.</summary>
        public RoomMember Member { get; }

        /// <summary>
        /// The id of the user who made the change; <see langword="null"/> for the application, and when catching up, where several changes become one.
        /// </summary>
        public string? By { get; init; }

        /// <summary>The reason, if one was given; <see langword="null"/> when catching up. This is text from a user: encode it for wherever it is shown.</summary>
        public string? Reason { get; init; }

        /// <summary>The revision of the last change that <see cref="Member"/> includes. While catching up, it may be ahead of the position.</summary>
        internal long Revision { get; init; }

        internal override EventState? State => new(EventState.Member, 0, Member.User, Revision);

        /// <inheritdoc/>
        public bool Equals(MemberChanged? other) =>
            other is not null && Position == other.Position && Member == other.Member && By == other.By && Reason == other.Reason;

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Position, Member, By, Reason);
    }

    /// <summary>The room's rules changed.</summary>
    public sealed record RulesChanged : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="rules">The rules.</param>
        /// <param name="position">The room's position just after the change.</param>
        public RulesChanged(RuleSet rules, RoomPosition position)
            : base(position) => Rules = rules;

        /// <summary>The rules after the change, or after a later one.</summary>
        public RuleSet Rules { get; }

        /// <summary>
        /// The id of the user who made the change; <see langword="null"/> for the application, and when catching up, where several changes become one.
        /// </summary>
        public string? By { get; init; }

        /// <summary>The revision of the last change that <see cref="Rules"/> include. While catching up, it may be ahead of the position.</summary>
        internal long Revision { get; init; }

        internal override EventState? State => new(EventState.Rules, 0, null, Revision);

        /// <inheritdoc/>
        public bool Equals(RulesChanged? other) => other is not null && Position == other.Position && Rules == other.Rules && By == other.By;

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Position, Rules, By);
    }
}
