namespace RedisChat;

/// <summary>The rules of a room: see <see cref="ChatRoom.Rules"/>. Thread-safe.</summary>
/// <remarks>A thread has the rules of the room that it belongs to, and they can be changed only there.</remarks>
public sealed class RoomRules
{
    private static readonly ChatOperation Read = new(ChatOperations.ReadRules, "The rules could not be read");

    private static readonly ChatOperation Change = new(ChatOperations.ChangeRules, "The rules could not be changed")
    {
        Writes = true,
        InDoubt = "It may have taken effect. It is safe to try again.",
    };

    private readonly string _room;
    private readonly IMessageStore _store;
    private readonly OperationRunner _runner;

    internal RoomRules(string room, IMessageStore store, OperationRunner runner)
    {
        _room = room;
        _store = store;
        _runner = runner;
    }

    /// <summary>The room's rules; <see cref="RuleSet.Open"/> if it has none or does not exist.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support rules.</exception>
    public async Task<RuleSet> GetAsync(CancellationToken cancellationToken = default)
    {
        // Rules and members are read together; nobody has this id.
        var now = await _runner.RunAsync(
            Read, _room, (Store: Members(), Room: _room),
            static (call, token) => call.Store.ReadMemberAsync(call.Room, "", token), cancellationToken).ConfigureAwait(false);
        return now.Rules;
    }

    /// <summary>Changes the rules. If another change comes first, tries again on the new rules.</summary>
    /// <remarks>
    /// Raises <see cref="RoomEvent.RulesChanged"/>, and takes effect in the store: when this returns, no write that starts later on any node goes by the old rules.
    /// </remarks>
    /// <param name="by">Who changes them: needs the right <see cref="RoomRights.Manage"/>, which in a room without members only the application has.</param>
    /// <param name="change">Turns the present rules into the new ones, for example <c>rules => rules with { SlowMode = … }</c>. May be called several times.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>The rules after the change.</returns>
    /// <exception cref="ChatInputException">The actor or the new rules are not valid.</exception>
    /// <exception cref="ChatForbiddenException">The actor may not change the rules.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support rules.</exception>
    public Task<RuleSet> ChangeAsync(Actor by, Func<RuleSet, RuleSet> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        RuleInput.CheckActor(by);
        ChatInput.RefuseThread(_room, "A thread has the rules of the room that it belongs to: change those.");

        return _runner.RunAsync(
            Change, _room, (Store: Members(), Room: _room, By: by, Decide: (Func<MemberSituation, RuleSet>)(now => MemberDecisions.SetRules(now, change))),
            static (call, token) => call.Store.ChangeRulesAsync(call.Room, call.By, call.Decide, token), cancellationToken).AsTask();
    }

    private IMemberStore Members() => _store.RequireAbility<IMemberStore>("rules");
}
