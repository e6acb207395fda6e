namespace RedisChat;

/// <summary>Keeps members and rules in memory.</summary>
/// <param name="find">Finds a room, if there is one.</param>
/// <param name="findOrAdd">Finds or creates a room.</param>
/// <param name="time">The clock.</param>
internal sealed class InMemoryMemberStore(Func<string, InMemoryRoom?> find, Func<string, InMemoryRoom> findOrAdd, TimeProvider time) : IMemberStore
{
    // A cursor is distinguishable from any text that a caller might invent.
    private const string CursorPrefix = "after:";

    public ValueTask<MemberSituation> ReadMemberAsync(string room, string user, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(find(room)?.Members.Read(user)
            ?? new MemberSituation { Rules = RuleSet.Open, Target = new RoomMember { User = user }, Now = time.GetUtcNow() });
    }

    public ValueTask<MemberPage> ReadMembersAsync(
        string room, MemberFilter filter, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (cursor?.StartsWith(CursorPrefix, StringComparison.Ordinal) == false)
        {
            throw new ChatInputException("The cursor is not one that was returned before.", nameof(cursor));
        }

        var page = find(room)?.Members.List(filter, cursor?[CursorPrefix.Length..], limit) ?? new MemberPage { Members = [] };
        return new(page with { Cursor = page.Cursor is null ? null : CursorPrefix + page.Cursor });
    }

    public ValueTask<RoomMember> ChangeMemberAsync(
        string room, string user, Actor actor, Func<MemberSituation, RoomMember> decide, string? reason, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var lists = findOrAdd(UserScope.Of(user)).UserRooms;
        return new(findOrAdd(room).Members.Change(user, actor, decide, reason, member => lists.Keep(room, member.IsMember)));
    }

    public ValueTask<RuleSet> ChangeRulesAsync(
        string room, Actor actor, Func<MemberSituation, RuleSet> decide, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(findOrAdd(room).Members.ChangeRules(actor, decide));
    }
}
