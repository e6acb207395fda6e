using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Stores a user's drafts in a hash of the user's scope: see <see cref="UserScope"/> and <see cref="DraftJson"/>.</summary>
internal sealed class RedisDrafts(RedisStoreContext context, RoomChanger changer) : IDraftStore
{
    /// <summary>The kind of the entries and events.</summary>
    public const char Kind = 't';

    public ValueTask<IReadOnlyList<Draft>> ReadDraftsAsync(string user, CancellationToken cancellationToken = default) => context.Calls.RunAsync(
        context.Keys.Drafts(user),
        static async (database, hash, token) =>
        {
            var fields = await database.HashGetAllAsync(hash, CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false);
            return (IReadOnlyList<Draft>)[.. fields.Select(field => DraftJson.Read(hash, field.Name!, field.Value)!)];
        },
        cancellationToken);

    public ValueTask<Draft?> ReadDraftAsync(string user, string room, CancellationToken cancellationToken = default) => context.Calls.RunAsync(
        (Hash: context.Keys.Drafts(user), Room: room),
        static async (database, call, token) =>
            DraftJson.Read(call.Hash, call.Room, await database.HashGetAsync(call.Hash, call.Room, CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false)),
        cancellationToken);

    public async ValueTask<Draft> SaveDraftAsync(string user, Draft draft, CancellationToken cancellationToken = default)
    {
        await RedisMembers.BeforeAsync(CheckLimitAsync(user, draft.Room, cancellationToken)).ConfigureAwait(false);
        var tail = DraftJson.Tail(draft);
        var reply = await changer.RunAsync(
            UserScope.Of(user), [], _ => NewChange(user, draft.Room).Create().Line(DraftJson.Head, tail).Keep(context.Keys.Drafts(user), draft.Room), cancellationToken)
            .ConfigureAwait(false);
        return draft with { SavedAt = Micros.ToTime(reply!.Value.Revision) };
    }

    public async ValueTask<bool> DiscardDraftAsync(string user, string room, CancellationToken cancellationToken = default)
    {
        var hash = context.Keys.Drafts(user);

        // There is one, until the script says that there is none.
        var reply = await changer.RunAsync(
            UserScope.Of(user), [RedisValue.EmptyString],
            state => state.Values[0].IsNull ? null : NewChange(user, room).ExpectAny(hash, room).Delete(hash, room), cancellationToken).ConfigureAwait(false);
        return reply is not null;
    }

    private RoomChange NewChange(string user, string room) => new(context.Keys, UserScope.Of(user), Kind, EscapedId.Word(room), RoomPermit.Application);

    // Two saves at once may exceed the limit by one; it only bounds what a user can store.
    private async ValueTask CheckLimitAsync(string user, string room, CancellationToken cancellationToken) => await context.Calls.RunAsync(
        (Hash: (RedisKey)context.Keys.Drafts(user), Room: room),
        static async (database, call, token) =>
        {
            var count = database.HashLengthAsync(call.Hash, CommandFlags.DemandMaster).Observed();
            var exists = database.HashExistsAsync(call.Hash, call.Room, CommandFlags.DemandMaster).Observed();
            return await exists.UntilAsync(token).ConfigureAwait(false) || await count.UntilAsync(token).ConfigureAwait(false) < ChatLimits.MaxDrafts
                ? true
                : throw UserDrafts.TooMany();
        },
        cancellationToken).ConfigureAwait(false);
}
