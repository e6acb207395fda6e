using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The right to manage a room, decided on what was read of it.</summary>
/// <param name="context">The shared parts of the store.</param>
internal sealed class ManageRight(RedisStoreContext context)
{
    /// <summary>The room's epoch, its rules, and what it knows of the one who acts.</summary>
    public async Task<RedisValue[]> ReadAsync(IDatabase database, string room, Actor actor, CancellationToken cancellationToken)
    {
        var asked = database.HashGetAsync(context.Keys.Room(room), ["epoch", RuleText.Field], CommandFlags.DemandMaster).Observed();
        var member = actor.UserId is { } user ? database.HashGetAsync(context.Keys.Members(room), user, CommandFlags.DemandMaster).Observed() : null;
        var fields = await asked.UntilAsync(cancellationToken).ConfigureAwait(false);
        return member is null ? fields : [.. fields, await member.UntilAsync(cancellationToken).ConfigureAwait(false)];
    }

    /// <summary>Throws unless the actor may manage the room.</summary>
    /// <param name="room">The room.</param>
    /// <param name="actor">Who acts.</param>
    /// <param name="values">As <see cref="ReadAsync"/> returns them.</param>
    /// <param name="evenIfArchived">Whether it does not matter that the room is archived.</param>
    public void Check(string room, Actor actor, RedisValue[] values, bool evenIfArchived)
    {
        if (actor.UserId is not { } user)
        {
            return;
        }

        var rules = RuleSet.Open;
        if (!values[1].IsNull && !RuleText.TryRead(values[1], out rules, out _))
        {
            throw RedisMembers.UnreadableRules(context.Keys, room);
        }

        var member = new RoomMember { User = user };
        if (!values[2].IsNull && !MemberText.TryRead(user, values[2], out member, out _))
        {
            throw RedisMembers.UnreadableMember(context.Keys, room);
        }

        var now = new MemberSituation { Rules = rules with { IsArchived = rules.IsArchived && !evenIfArchived }, Target = member, Now = context.Time.GetUtcNow() };
        MemberDecisions.CheckRight(now, member, RoomRights.Manage);
    }
}
