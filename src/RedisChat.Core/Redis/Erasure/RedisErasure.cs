using System.Globalization;
using System.Security.Cryptography;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Erases users. The user's scope remembers an erasure; the rooms are found by the names of their keys, and searched by <c>user_find.lua</c>, which marks those where something is found. Messages are deleted or rewritten by the same
/// changes that others make, on what was read; so a step that comes too late changes nothing and is taken again.
/// </summary>
/// <param name="context">The shared parts of the store.</param>
/// <param name="room">Erases in one room.</param>
internal sealed class RedisErasure(RedisStoreContext context, RoomErasure room) : IErasureStore
{
    /// <summary>The field of the user's scope that remembers an erasure: the alias, a space, and the mode.</summary>
    public const string Field = "erasure";

    private const int ScannedAtOnce = 1000;
    private const int ScansAtOnce = 20;
    private const int RoomsAtOnce = 32;

    private readonly KeyNames _keys = context.Keys;

    public ValueTask<UserErasure> BeginErasureAsync(string user, ErasureMode mode, CancellationToken cancellationToken) => context.Calls.RunAsync(
        (Erasure: this, User: user, Mode: mode),
        static async (database, call, token) =>
        {
            var (keys, scope) = (call.Erasure._keys, call.Erasure._keys.Room(UserScope.Of(call.User)));
            var alias = $"erased~{Convert.ToHexString(RandomNumberGenerator.GetBytes(10))}";
            var isNew = await RememberAsync(database, keys, new UserErasure(call.User, call.Mode, alias), token).ConfigureAwait(false);
            var words = ((string?)await database.HashGetAsync(scope, Field, CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false) ?? "").Split(' ');
            return words.Length != 2 ? throw RedisErrors.NotSent(null)
                : words[1] == call.Mode.ToString() ? new UserErasure(call.User, call.Mode, words[0]) { IsContinued = !isNew }
                : throw new ChatInputException($"An erasure of this user was begun with the mode {words[1]}, and has not ended. Continue it with that mode first.", nameof(mode));
        },
        cancellationToken, writes: true);

    /// <summary>Remembers an erasure, unless there is one.</summary>
    public static ValueTask<bool> RememberAsync(IDatabase database, KeyNames keys, UserErasure erasure, CancellationToken cancellationToken) => database.HashSetAsync(
        keys.Room(UserScope.Of(erasure.User)), Field, $"{erasure.Alias} {erasure.Mode}", When.NotExists, CommandFlags.DemandMaster).UntilAsync(cancellationToken);

    public ValueTask<FoundRooms> FindRoomsAsync(string? user, string? cursor, CancellationToken cancellationToken) => context.Calls.RunAsync(
        (Erasure: this, User: user is null ? null : new ErasedUser(user), Cursor: cursor),
        static (database, call, token) => call.Erasure.FindRoomsAsync(database, call.User, call.Cursor, token), cancellationToken);

    public ValueTask<FoundRooms> FindImportsAsync(string? cursor, CancellationToken cancellationToken) => context.Calls.RunAsync(
        (Erasure: this, Cursor: cursor), static (database, call, token) => call.Erasure.FindImportsAsync(database, call.Cursor, token), cancellationToken);

    public ValueTask<string> IdentifyServersAsync(CancellationToken cancellationToken) =>
        context.Calls.RunAsync(this, static (_, erasure, token) => erasure.IdentifyAsync(token), cancellationToken);

    public async ValueTask<ErasedStep> EraseStepAsync(UserErasure erasure, FoundRoom found, string? cursor, CancellationToken cancellationToken)
    {
        var database = await context.Connection.GetDatabaseAsync(cancellationToken, writes: true).ConfigureAwait(false);
        try
        {
            return await room.StepAsync(database, erasure, found, cursor, cancellationToken).ConfigureAwait(false);
        }
        catch (ChatForbiddenException e) when (e.Reason == ForbiddenReason.RoomDeleted)
        {
            // Somebody else has just begun to delete it, or a thread is in a room that is being deleted.
            await room.ThrowIfImportedAsync(database, ThreadId.RuledBy(found.Room), cancellationToken).ConfigureAwait(false);
            return await BegunDeletion.StepAsync(database, _keys, found.Room, wasMarked: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (context.Connection.Errors.TryTranslate(e, out var error))
        {
            throw error;
        }
    }

    public async ValueTask EndErasureAsync(UserErasure erasure, IReadOnlyCollection<string> marked, CancellationToken cancellationToken) => await context.Calls.RunAsync(
        (Erasure: this, Of: erasure, Marked: marked),
        static async (database, call, token) =>
        {
            await call.Erasure.EndAsync(database, call.Of, call.Marked, token).ConfigureAwait(false);
            return true;
        },
        cancellationToken, writes: true).ConfigureAwait(false);

    public ValueTask<SearchedStep> SearchAsync(string user, FoundRoom found, string? cursor, CancellationToken cancellationToken) => context.Calls.RunAsync(
        (Context: context, User: user, Room: found, Cursor: cursor),
        static (database, call, token) => new UserSearching(call.Context, new ErasedUser(call.User)).StepAsync(database, call.Room, call.Cursor, token), cancellationToken);

    public ValueTask<UserRecordsStep> ReadRecordsAsync(string user, FoundRoom found, string? cursor, CancellationToken cancellationToken) => context.Calls.RunAsync(
        (Context: context, User: new ErasedUser(user), Room: found, Cursor: cursor),
        static (database, call, token) => UserRecords.StepAsync(call.Context, database, call.User, call.Room, call.Cursor, token), cancellationToken);

    /// <summary>The next keys of the primaries, by room. Keys of the directory are in it only if all are asked for.</summary>
    private async ValueTask<FoundRooms> FindRoomsAsync(IDatabase database, ErasedUser? user, string? cursor, CancellationToken cancellationToken)
    {
        var rooms = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var next = await ScanAsync(database, _keys.Everything, cursor, VisitAsync, cancellationToken).ConfigureAwait(false);
        return new FoundRooms([.. rooms.Select(found => new FoundRoom(found.Key, found.Value))], next);

        async ValueTask VisitAsync(IReadOnlyList<string> keys)
        {
            foreach (var key in keys)
            {
                Sort(rooms, key, user);
            }

            if (user is not null && context.Archive is not null)
            {
                await AddArchivedAsync(database, rooms, keys, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The next rooms that are being imported.</summary>
    private async ValueTask<FoundRooms> FindImportsAsync(IDatabase database, string? cursor, CancellationToken cancellationToken)
    {
        var rooms = new List<FoundRoom>();
        var next = await ScanAsync(database, _keys.EveryImport, cursor, Visit, cancellationToken).ConfigureAwait(false);
        return new FoundRooms(rooms, next);

        ValueTask Visit(IReadOnlyList<string> keys)
        {
            foreach (var key in keys)
            {
                if (_keys.TryReadKey(key, out var room, out var suffix) && suffix == KeyNames.ImportEnd)
                {
                    rooms.Add(new FoundRoom(room, [key]));
                }
            }

            return default;
        }
    }

    /// <summary>Visits the next keys of the primaries; returns where to continue.</summary>
    private async ValueTask<string?> ScanAsync(IDatabase database, string pattern, string? cursor, Func<IReadOnlyList<string>, ValueTask> visit, CancellationToken cancellationToken)
    {
        var primaries = await PrimariesAsync().ConfigureAwait(false);
        var (server, position) = ReadCursor(cursor);
        for (var scan = 0; scan < ScansAtOnce && server < primaries.Count; scan++)
        {
            (position, var keys) = await ScanPage.ReadAsync(primaries[server], database.Database, position, pattern, ScannedAtOnce).UntilAsync(cancellationToken).ConfigureAwait(false);
            await visit(keys).ConfigureAwait(false);
            server += position == "0" ? 1 : 0;
        }

        return server < primaries.Count ? string.Create(CultureInfo.InvariantCulture, $"{server} {position}") : null;
    }

    /// <summary>Adds the rooms with an archive: all messages of a user may be there, and then no key has the user's name.</summary>
    private async Task AddArchivedAsync(IDatabase database, Dictionary<string, List<string>> rooms, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var asked = new List<(string Key, string Room, Task<RedisValue> Uses)>();
        foreach (var key in keys)
        {
            if (_keys.TryReadKey(key, out var scope, out var suffix) && suffix.Length == 0 && !UserScope.TryGetUser(scope, out _) && !ThreadId.IsThread(scope))
            {
                asked.Add((key, scope, database.HashGetAsync(key, "uses", CommandFlags.DemandMaster).Observed()));
            }
        }

        foreach (var (key, room, answer) in asked)
        {
            try
            {
                if (ArchivedField.IsIn(await answer.UntilAsync(cancellationToken).ConfigureAwait(false)))
                {
                    Add(rooms, room, key);
                }
            }
            catch (RedisServerException e) when (e.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
            {
                // It is no room.
            }
        }
    }

    private static void Add(Dictionary<string, List<string>> rooms, string name, string key)
    {
        if (!rooms.TryGetValue(name, out var places))
        {
            rooms.Add(name, places = []);
        }

        places.Add(key);
    }

    private void Sort(Dictionary<string, List<string>> rooms, string key, ErasedUser? user)
    {
        _ = _keys.TryReadKey(key, out var scope, out var suffix);
        if (user is null)
        {
            // The keys of a part of the directory share its tag, and so a slot.
            Add(rooms, scope ?? key[..(key.IndexOf('}', StringComparison.Ordinal) + 1)], key);
        }
        else if (scope is not null && RoomErasure.Concerns(scope) && (suffix == KeyNames.ImportEnd || UserPlaces.Of(suffix, user) != '\0'))
        {
            // An import that began after the erasure is refused as soon as its room is found.
            Add(rooms, scope, key);
        }
    }

    private async Task EndAsync(IDatabase database, UserErasure erasure, IReadOnlyCollection<string> marked, CancellationToken cancellationToken)
    {
        await RemoveDueAsync(database, new ErasedUser(erasure.User), cancellationToken).ConfigureAwait(false);
        foreach (var some in marked.Chunk(RoomsAtOnce))
        {
            await Task.WhenAll(some.Select(UnmarkAsync)).UntilAsync(cancellationToken).ConfigureAwait(false);
        }

        // The hash goes last: as long as it is there, the erasure is known.
        var scope = UserScope.Of(erasure.User);
        await database.KeyDeleteAsync(
            [_keys.ListedRooms(erasure.User), _keys.Drafts(erasure.User), _keys.Changed(scope), _keys.DataKeys(scope), _keys.Room(scope)], CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
        context.Rooms.Forget(scope);
        context.Ciphers?.Erase(scope);

        Task UnmarkAsync(string name)
        {
            var forgetting = new ErasureForgetting(_keys.Room(name));
            forgetting.Unmark(erasure.User);
            return forgetting.RunAsync(database, cancellationToken);
        }
    }

    /// <summary>Removes the user's entries of what is due. The messages are gone, so the entries mean nothing.</summary>
    private async Task RemoveDueAsync(IDatabase database, ErasedUser user, CancellationToken cancellationToken)
    {
        for (var shard = 0; shard < KeyNames.DirectoryShards; shard++)
        {
            var key = _keys.Due(shard);
            await foreach (var (_, entry, _) in new UserSearching(context, user).FindAsync(database, [key], cancellationToken).ConfigureAwait(false))
            {
                if (DueEntry.TryRead(entry, out var due) && due.User == user.Id)
                {
                    await database.SortedSetRemoveAsync(key, entry, CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>The primaries, and of each one the id of its run, which a restart changes, and that of its replication, which also changes if it becomes a replica and a primary again.</summary>
    private async ValueTask<string> IdentifyAsync(CancellationToken cancellationToken)
    {
        var names = new List<string>();
        foreach (var server in await PrimariesAsync().ConfigureAwait(false))
        {
            var info = ServerInfo.Empty;
            try
            {
                info = await RedisInfo.ReadAsync(server, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (ServerRefusals.IsForGood(e))
            {
                // Without INFO, only the addresses are known.
            }

            // After a fail-over, until the client has noticed it.
            names.Add(info.Role == ServerRole.Replica ? throw RedisErrors.NotSent(null) : $"{server.EndPoint} {info["run_id"]} {info["master_replid"]}");
        }

        return string.Join('\n', names);
    }

    private async ValueTask<List<IServer>> PrimariesAsync()
    {
        var link = context.Connection.Current ?? throw RedisErrors.NotSent(null);
        var primaries = await ClusterTopology.WithAllKeysAsync(link, _keys.Room(""), context.Time).ConfigureAwait(false);
        return [.. primaries.OrderBy(server => server.EndPoint.ToString(), StringComparer.Ordinal)];
    }

    private static (int Server, string Position) ReadCursor(string? cursor) =>
        cursor is null ? (0, "0")
        : cursor.Split(' ') is [var server, var position] && int.TryParse(server, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (number, position)
        : throw new ChatInputException("The cursor is not one that was returned before.", nameof(cursor));
}
