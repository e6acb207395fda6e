using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Stores the list of a user's rooms in a hash of the user's scope: see <see cref="UserScope"/> and <see cref="ListedRoomText"/>.</summary>
internal sealed class RedisUserRooms(RedisStoreContext context, RoomChanger changer) : IUserStore, IMembershipList, IDeletedRoom
{
    /// <summary>The kind of the entries and events of the list.</summary>
    public const char ListKind = 'l';

    /// <summary>The kind of the entries and events, in the scope of all users, that end what is watched for a user.</summary>
    public const char RevocationKind = 'o';

    private const int UsersAtOnce = 100;

    // Whoever reads the list next goes on.
    private const int MostRepairs = 20;

    // A process that joins, and is not dead, makes the room's change within this time after listing it.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    public ValueTask<IReadOnlyList<ListedRoom>> ReadListedRoomsAsync(string user, CancellationToken cancellationToken = default) =>
        context.Calls.RunAsync(
            (Users: this, User: user),
            static async (database, call, token) =>
            {
                var fields = await database.HashGetAllAsync(call.Users.Hash(call.User), CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false);
                return (IReadOnlyList<ListedRoom>)[.. fields.Select(field => call.Users.Read(call.User, field.Name!, field.Value)!)];
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<RoomActivity>> ReadActivityAsync(IReadOnlyList<string> rooms, CancellationToken cancellationToken = default) =>
        context.Calls.RunAsync(
            (Context: context, Rooms: rooms),
            static async (database, call, token) =>
            {
                var reading = call.Rooms.Select(room => CountersAsync(call.Context, new PrimaryReads(database), room)).ToList();
                var found = await Task.WhenAll(reading).UntilAsync(token).ConfigureAwait(false);
                var activity = new RoomActivity[found.Length];
                for (var i = 0; i < found.Length; i++)
                {
                    var (position, uses) = found[i];
                    call.Context.Rooms.TryGet(call.Rooms[i], out var known);
                    call.Context.Rooms.Learn(call.Rooms[i], known, KnownRoom.At(position, known, uses));
                    activity[i] = new RoomActivity(position.MessageId, position.MessageId == 0 ? null : Micros.ToTime(position.Stamp));
                }

                return (IReadOnlyList<RoomActivity>)activity;
            },
            cancellationToken);

    public async ValueTask<bool> ChangeListedRoomAsync(
        string user, string room, Func<ListedRoom, ListedRoom> change, CancellationToken cancellationToken = default)
    {
        var isListed = false;
        RedisValue entry;
        try
        {
            entry = await ReadEntryAsync(user, room, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw RedisErrors.NotSent(e);
        }

        await ChangeAsync(user, room, entry, Decide, cancellationToken).ConfigureAwait(false);
        return isListed;

        bool Decide(RedisValue entry, RoomChange list)
        {
            var before = Read(user, room, entry);
            isListed = before is not null;
            if (before is null || change(before) is var after && after == before)
            {
                return false;
            }

            Set(list, user, after);
            return true;
        }
    }

    public async ValueTask RepairAsync(string user, IReadOnlyList<ListedRoom> rooms, CancellationToken cancellationToken = default)
    {
        var now = await context.Calls.RunAsync(
            this, static async (database, _, token) =>
            {
                var time = (RedisResult[])(await database.ExecuteAsync("TIME", [], CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false))!;
                return DateTimeOffset.FromUnixTimeSeconds((long)time[0]);
            },
            cancellationToken).ConfigureAwait(false);
        foreach (var listed in rooms.Where(listed => listed.ChangedAt < now - Grace).Take(MostRepairs))
        {
            await RemoveAsync(user, listed.Room, Text(listed), cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask RevokeAsync(string user, CancellationToken cancellationToken = default)
    {
        await changer.RunAsync(
            UserScope.All, [], _ => new RoomChange(context.Keys, UserScope.All, RevocationKind, EscapedId.Word(user), RoomPermit.Application).Create(), cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<RedisValue> ReadEntryAsync(string user, string room, CancellationToken cancellationToken) =>
        context.Calls.RunAsync(
            (Users: this, User: user, Room: room),
            static async (database, call, token) =>
                await database.HashGetAsync(call.Users.Hash(call.User), call.Room, CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false),
            cancellationToken);

    public async ValueTask AddAsync(string user, string room, CancellationToken cancellationToken)
    {
        var entry = await ReadEntryAsync(user, room, cancellationToken).ConfigureAwait(false);
        await ChangeAsync(user, room, entry, Decide, cancellationToken).ConfigureAwait(false);

        bool Decide(RedisValue present, RoomChange list)
        {
            Set(list, user, new ListedRoom { Room = room });
            return true;
        }
    }

    public async ValueTask ConfirmAsync(string user, string room, CancellationToken cancellationToken)
    {
        if ((await ReadEntryAsync(user, room, cancellationToken).ConfigureAwait(false)).IsNull)
        {
            await AddAsync(user, room, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Removes a room from the lists of its members.</summary>
    public async ValueTask ForgetAsync(string room, string mark, CancellationToken cancellationToken) => await context.Calls.RunAsync(
        (Users: this, Members: (RedisKey)context.Keys.Members(room), Room: room, Mark: mark),
        static async (database, call, token) =>
        {
            var users = new List<string>(UsersAtOnce);
            var members = database.HashScanAsync(call.Members, pageSize: UsersAtOnce, flags: CommandFlags.DemandMaster);
            await foreach (var member in members.WithCancellation(token).ConfigureAwait(false))
            {
                users.Add(member.Name!);
                if (users.Count == UsersAtOnce)
                {
                    if (!await call.Users.ForgetAsync(database, call.Room, call.Mark, users, token).ConfigureAwait(false))
                    {
                        return false;
                    }

                    users.Clear();
                }
            }

            return await call.Users.ForgetAsync(database, call.Room, call.Mark, users, token).ConfigureAwait(false);
        },
        cancellationToken).ConfigureAwait(false);

    /// <summary>Removes a room from the lists of some users; <see langword="false"/> if the deletion is over.</summary>
    private async ValueTask<bool> ForgetAsync(IDatabase database, string room, string mark, List<string> users, CancellationToken cancellationToken)
    {
        // The entries are read before the room. If the deletion is still going on then, they are not those of a new room, and they are removed only if
        // nobody has joined since: joining gives an entry another value.
        var entries = await Task.WhenAll(users.Select(user => ReadEntryAsync(user, room, cancellationToken).AsTask())).ConfigureAwait(false);
        if (!await DeletionMark.IsGoingOnAsync(database, context.Keys.Room(room), mark, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        await Task.WhenAll(users.Where((_, n) => !entries[n].IsNull)
            .Zip(entries.Where(entry => !entry.IsNull), (user, entry) => RemoveAsync(user, room, entry, cancellationToken).AsTask())).ConfigureAwait(false);
        return true;
    }

    public async ValueTask RemoveAsync(string user, string room, RedisValue entry, CancellationToken cancellationToken)
    {
        await ChangeAsync(user, room, entry, Decide, cancellationToken).ConfigureAwait(false);

        bool Decide(RedisValue present, RoomChange list)
        {
            if (present != entry)
            {
                return false;
            }

            list.Delete(Hash(user), room).Line(RedisValue.EmptyString);
            return true;
        }
    }

    /// <summary>A room's counters. A room whose keys hold something else counts as empty; whoever reads the room itself finds out.</summary>
    private static async Task<(RoomPosition Position, string Uses)> CountersAsync(RedisStoreContext context, PrimaryReads reads, string room)
    {
        try
        {
            return await RoomCounters.ReadAsync(reads, context.Keys, room).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ChatDataException
            || (e is RedisServerException && context.Connection.Errors.TryTranslate(e, out var error, writes: false) && error is ChatDataException))
        {
            return (RoomPosition.Start, "");
        }
    }

    private async ValueTask ChangeAsync(
        string user, string room, RedisValue entry, Func<RedisValue, RoomChange, bool> decide, CancellationToken cancellationToken)
    {
        var scope = UserScope.Of(user);
        await changer.RunAsync(scope, [entry], Decide, cancellationToken).ConfigureAwait(false);

        RoomChange? Decide(RoomState state)
        {
            var change = new RoomChange(context.Keys, scope, ListKind, EscapedId.Word(room), RoomPermit.Application)
                .Create().Expect(Hash(user), room, state.Values[0]);
            return decide(state.Values[0], change) ? change : null;
        }
    }

    private void Set(RoomChange list, string user, ListedRoom room) =>
        list.Line(RedisValue.EmptyString, ListedRoomText.Tail(room)).Keep(Hash(user), room.Room);

    private static RedisValue Text(ListedRoom room) => $"{Micros.FromTime(room.ChangedAt)}{ListedRoomText.Tail(room)}";

    private string Hash(string user) => context.Keys.ListedRooms(user);

    private ListedRoom? Read(string user, string room, RedisValue text) =>
        text.IsNull ? null
        : ListedRoomText.TryRead(room, text, out var listed) ? listed
        : throw new ChatDataException($"A field of the hash '{Hash(user)}' is not a room of the user's list. Another program may be using the same key prefix.")
        {
            Key = Hash(user),
        };
}
