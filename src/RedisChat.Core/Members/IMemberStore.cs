namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: members, their rights, and the rules of a room.</summary>
/// <remarks>
/// <para>
/// A store with this ability enforces the rules in the same atomic step as every write that names its user: it refuses an append by
/// <see cref="NewMessage.User"/> unless <see cref="NewMessage.IsFromApplication"/>, a change by <see cref="MessageDecision.By"/>, and a reaction by its
/// user, with a <see cref="ChatForbiddenException"/>. An append that was stored before is recognized first. Of appends that a store combines, a refused one
/// refuses no other. It also raises <see cref="RoomEvent.MemberChanged"/> and <see cref="RoomEvent.RulesChanged"/>, and reports them when a reader catches up.
/// </para>
/// <para>A room has rules from its first change of a member or of the rules on. Implementations are thread-safe. The conformance suite defines the contract.</para>
/// </remarks>
public interface IMemberStore
{
    /// <summary>Reads the rules, and what the room knows of a user.</summary>
    /// <param name="room">The room's id. Of a thread: see <see cref="MemberSituation"/>.</param>
    /// <param name="user">The user's id: <see cref="MemberSituation.Target"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<MemberSituation> ReadMemberAsync(string room, string user, CancellationToken cancellationToken = default);

    /// <summary>Lists users.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="filter">Which users.</param>
    /// <param name="cursor">Where to continue, from an earlier call; <see langword="null"/> to start.</param>
    /// <param name="limit">About how many users to return.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatInputException">The cursor is not one that this store returned.</exception>
    ValueTask<MemberPage> ReadMembersAsync(string room, MemberFilter filter, string? cursor, int limit, CancellationToken cancellationToken = default);

    /// <summary>Changes what a room knows of a user, atomically. Creates the room if it does not exist.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="user">The user whom the change concerns.</param>
    /// <param name="actor">Who makes the change.</param>
    /// <param name="decide">
    /// Turns the situation into the user's new state; returning <see cref="MemberSituation.Target"/> itself changes nothing. May be called several times,
    /// and may throw to give up. The store sets <see cref="RoomMember.JoinedAt"/>.
    /// </param>
    /// <param name="reason">The reason, for those who watch the room.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>The user's state after the change.</returns>
    ValueTask<RoomMember> ChangeMemberAsync(
        string room, string user, Actor actor, Func<MemberSituation, RoomMember> decide, string? reason, CancellationToken cancellationToken = default);

    /// <summary>Changes a room's rules, atomically. Creates the room if it does not exist.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="actor">Who makes the change: also <see cref="MemberSituation.Target"/>, if it is a user.</param>
    /// <param name="decide">
    /// Turns the situation into the new rules; returning <see cref="MemberSituation.Rules"/> itself changes nothing. May be called several times, and may
    /// throw to give up.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>The rules after the change.</returns>
    ValueTask<RuleSet> ChangeRulesAsync(string room, Actor actor, Func<MemberSituation, RuleSet> decide, CancellationToken cancellationToken = default);
}
