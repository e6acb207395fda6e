using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Stores a user's drafts in a hash of the user's scope: see <see cref="UserScope"/> and <see cref="DraftJson"/>.</summary>
internal sealed class RedisDrafts(RedisStoreContext context, RoomChanger changer) : IDraftStore
{
    /// <summary>The kind of the entries and events.</summary>
    public const char Kind = 't';

    public ValueTask<IReadOnlyList<Draft>> ReadDraftsAsync(string user, CancellationToken cancellationToken = default) => context.Calls.RunAsync(
        (Drafts: this, User: user, Hash: context.Keys.Drafts(user)),
        static async (database, call, token) =>
        {
            var fields = await database.HashGetAllAsync(call.Hash, CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false);
            var drafts = new List<Draft>(fields.Length);
            foreach (var field in fields)
            {
                drafts.Add(DraftJson.Read(call.Hash, field.Name!, await call.Drafts.OpenAsync(call.User, field.Name!, field.Value, token).ConfigureAwait(false))!);
            }

            return (IReadOnlyList<Draft>)drafts;
        },
        cancellationToken);

    public ValueTask<Draft?> ReadDraftAsync(string user, string room, CancellationToken cancellationToken = default) => context.Calls.RunAsync(
        (Drafts: this, User: user, Hash: context.Keys.Drafts(user), Room: room),
        static async (database, call, token) =>
        {
            var value = await database.HashGetAsync(call.Hash, call.Room, CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false);
            return value.IsNull ? null : DraftJson.Read(call.Hash, call.Room, await call.Drafts.OpenAsync(call.User, call.Room, value, token).ConfigureAwait(false));
        },
        cancellationToken);

    public async ValueTask<Draft> SaveDraftAsync(string user, Draft draft, CancellationToken cancellationToken = default)
    {
        await RedisMembers.BeforeAsync(CheckLimitAsync(user, draft.Room, cancellationToken)).ConfigureAwait(false);
        var tail = DraftJson.Tail(draft);
        var reply = await changer.RunAsync(
            UserScope.Of(user), [],
            state => NewChange(user, draft.Room)
                .Create()
                .Encrypted(state.Cipher)
                .Line(DraftJson.Head, state.Cipher is { } cipher ? TailOfEncrypted(cipher, draft.Room, tail) : tail)
                .Keep(context.Keys.Drafts(user), draft.Room),
            cancellationToken,
            encrypts: context.Ciphers?.Encrypts(draft.Room) == true).ConfigureAwait(false);
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

    private static byte[] TailOfEncrypted(RoomCipher cipher, string room, byte[] tail)
    {
        var json = new System.Buffers.ArrayBufferWriter<byte>(tail.Length * 2);
        EncryptedJson.Seal(cipher, BoxPlace.Draft(room), [(byte)'{', .. tail.AsSpan(1)], json, (byte)',');
        return json.WrittenSpan.ToArray();
    }

    // In the user's scope: the room of a draft is another one.
    private async ValueTask<RedisValue> OpenAsync(string user, string room, RedisValue value, CancellationToken cancellationToken) =>
        (await EncryptedFields.OpenAsync(context, UserScope.Of(user), BoxPlace.Draft(room), context.Keys.Drafts(user), room, value, cancellationToken).ConfigureAwait(false)).Plain;

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
