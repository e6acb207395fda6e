using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Settings of rooms, and the directory of the rooms that have some. The room is the truth: the directory is written around a change of the room, and repaired.</summary>
internal sealed class RedisDirectory : IRoomDirectoryStore, IAsyncDisposable
{
    /// <summary>The subject of a change of the settings.</summary>
    public const string AboutSubject = "about";

    /// <summary>The letter of the directory in the room's field <c>uses</c>: the room has an entry.</summary>
    public const char Letter = 'l';

    // A room's entry counts the last message to the minute.
    private const long Minute = 60_000_000;

    // What a change of the settings is decided on.
    private static readonly RedisValue[] Fields = [AboutJson.Field, "epoch"];

    private readonly RedisStoreContext _context;
    private readonly RoomChanger _changer;
    private readonly DirectoryIndex _index;
    private readonly RoomInfoReader _rooms;
    private readonly ManageRight _right;
    private readonly RoomEraser _eraser;
    private readonly RedisMembers _members;
    private readonly IMembershipList _lists;

    public RedisDirectory(RedisStoreContext context, RoomChanger changer, RedisMembers members, IMembershipList lists, IReadOnlyList<IDeletedRoom> deleted, IErasedMessages kept)
    {
        (_context, _changer, _members, _lists) = (context, changer, members, lists);
        _index = new DirectoryIndex(context.Keys);
        _rooms = new RoomInfoReader(context.Keys);
        _right = new ManageRight(context);
        _eraser = new RoomEraser(context, changer, _index, _right, deleted, kept);
        Keeper = new DirectoryKeeper(context, _index);
    }

    /// <summary>Keeps the directory in step with the rooms.</summary>
    public DirectoryKeeper Keeper { get; }

    public ValueTask<IReadOnlyList<RoomInfo>> ReadRoomsAsync(IReadOnlyList<string> rooms, CancellationToken cancellationToken) =>
        _context.Calls.RunAsync(
            (Reader: _rooms, Rooms: rooms),
            static async (database, call, token) => await call.Reader.ReadAsync(database, call.Rooms, whenUnreadable: null, token).ConfigureAwait(false), cancellationToken);

    public async ValueTask<RoomCreation> CreateRoomAsync(string room, RoomAbout about, RuleSet? rules, string? owner, CancellationToken cancellationToken)
    {
        var creation = new RoomCreation(about, IsNew: true);
        var founding = rules is null && owner is null ? null : new RoomFounding(_context, _members, _lists, room, rules, owner);
        await ChangeAsync(room, Actor.Application, Decide, founding, cancellationToken).ConfigureAwait(false);
        return creation;

        RoomAbout? Decide(RoomAbout? present)
        {
            creation = new RoomCreation(present ?? about, IsNew: present is null);
            return present is null ? about : null;
        }
    }

    public async ValueTask<RoomAbout> ChangeAboutAsync(string room, Actor actor, Func<RoomAbout, RoomAbout> decide, CancellationToken cancellationToken)
    {
        var result = RoomAbout.None;
        await ChangeAsync(room, actor, Decide, founding: null, cancellationToken).ConfigureAwait(false);
        return result;

        RoomAbout? Decide(RoomAbout? present)
        {
            result = decide(present ?? RoomAbout.None);
            return result == present ? null : result;
        }
    }

    public async ValueTask<RoomPage> ListRoomsAsync(RoomOrder order, string? cursor, int limit, CancellationToken cancellationToken)
    {
        var after = cursor is null ? null : RoomSort.ReadCursor(order, cursor);
        return await _context.Calls.RunAsync(
            (Directory: this, Order: order, After: after, Limit: limit),
            static async (database, call, token) => await call.Directory.ListAsync(database, call.Order, call.After, call.Limit, token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<RoomDeletion> DeleteRoomAsync(string room, Actor actor, string? cursor, CancellationToken cancellationToken) =>
        _eraser.StepAsync(room, actor, cursor, cancellationToken);

    public ValueTask DisposeAsync() => Keeper.DisposeAsync();

    /// <summary>Changes the settings.</summary>
    /// <param name="room">The room.</param>
    /// <param name="actor">Who makes the change.</param>
    /// <param name="decide">Turns the present settings, if there are some, into the new ones, or <see langword="null"/> to change nothing.</param>
    /// <param name="founding">The rules and the owner that are written with the settings.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    private async ValueTask ChangeAsync(
        string room, Actor actor, Func<RoomAbout?, RoomAbout?> decide, RoomFounding? founding, CancellationToken cancellationToken)
    {
        var values = await ReadAsync(room, cancellationToken).ConfigureAwait(false);
        CheckThere(values);
        var isListed = !values[0].IsNull;
        RedisValue[] founded = founding is null ? [] : await founding.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (!isListed && decide(null) is { } first)
        {
            // The step of the change checks the right, and the owner, too. But a call that may not change the room should not write an entry either.
            await CheckRightAsync(room, actor, cancellationToken).ConfigureAwait(false);
            founding?.TryBegin(founded, out _);

            // The entry comes first: a process that is killed now leaves one without a room, which lists remove, rather than a room that no list shows.
            await PutAsync(room, RoomSort.NameOf(first, room), cancellationToken).ConfigureAwait(false);
        }

        var (isChanged, needsUpkeep) = (false, false);
        try
        {
            var present = AboutJson.Read(_context.Keys, room, values[0]);
            needsUpkeep = await UpkeepSettings.PrepareAsync(_context.Upkeep, room, present, decide(present), cancellationToken).ConfigureAwait(false);
            values = [.. values, .. founded];
            do
            {
                isChanged = await _changer.RunAsync(room, values, Decide, cancellationToken).ConfigureAwait(false) is not null;
            }
            while (!isChanged && founding is not null && await founding.PrepareAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (ChatException e) when (!isListed && e is not ChatUnavailableException { MayHaveHappened: true })
        {
            Keeper.Check(room, []);
            throw;
        }

        // From here on the change is made, so nothing may fail any more.
        if (needsUpkeep)
        {
            _context.Upkeep.AddAfter(room);
        }

        await Keeper.CheckAsync(room, cancellationToken).ConfigureAwait(false);
        if (founding is not null)
        {
            // Except this, which a repeated call completes.
            await founding.ConfirmAsync(isChanged ? null : values[Fields.Length..], cancellationToken).ConfigureAwait(false);
        }

        RoomChange? Decide(RoomState state)
        {
            CheckThere(state.Values);
            values = state.Values;
            RoomChange? begun = null;
            if (decide(AboutJson.Read(_context.Keys, room, state.Values[0])) is not { } about || founding?.TryBegin(state.Values.AsSpan(Fields.Length), out begun) == false)
            {
                return null;
            }

            var hash = _context.Keys.Room(room);
            var change = begun?.Event(MemberEffects.SettingsKind, AboutSubject)
                ?? new RoomChange(_context.Keys, room, MemberEffects.SettingsKind, AboutSubject, new RoomPermit(actor, RoomRights.Manage)).Create();
            for (var i = 0; i < Fields.Length; i++)
            {
                change.Expect(hash, Fields[i], state.Values[i]);
            }

            founding?.Expect(change, state.Values.AsSpan(Fields.Length));
            UpkeepSettings.AddTo(change, hash, AboutJson.Read(_context.Keys, room, state.Values[0]), about);
            return change.Line(AboutJson.Head, AboutJson.Tail(about)).Keep(hash, AboutJson.Field).Line(DeletionJson.Write(actor.UserId, null) ?? "{}").Mark(Letter);
        }
    }

    private async ValueTask CheckRightAsync(string room, Actor actor, CancellationToken cancellationToken)
    {
        if (actor.IsApplication)
        {
            return;
        }

        await _context.Calls.RunBeforeChangeAsync(
            (Right: _right, Room: room, Actor: actor),
            static async (database, call, token) =>
            {
                var values = await call.Right.ReadAsync(database, call.Room, call.Actor, token).ConfigureAwait(false);
                call.Right.Check(call.Room, call.Actor, values, evenIfArchived: false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    // The script refuses a change of a room that is being deleted, but not a call that finds the old settings and changes nothing.
    private static void CheckThere(RedisValue[] values)
    {
        if (values[1] == RoomCounters.BeingDeleted)
        {
            throw Forbidden.Error(ForbiddenReason.RoomDeleted);
        }
    }

    private ValueTask<RedisValue[]> ReadAsync(string room, CancellationToken cancellationToken) =>
        _context.Calls.RunBeforeChangeAsync(
            _context.Keys.Room(room),
            static async (database, key, token) => await database.HashGetAsync(key, Fields, CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false),
            cancellationToken);

    private async ValueTask PutAsync(string room, string sortName, CancellationToken cancellationToken) =>
        await _context.Calls.RunBeforeChangeAsync(
            (Index: _index, Room: room, Name: sortName),
            static async (database, call, token) => await call.Index.PutAsync(database, call.Room, call.Name, 0, token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);

    private async Task<RoomPage> ListAsync(IDatabase database, RoomOrder order, byte[]? after, int limit, CancellationToken cancellationToken)
    {
        var places = await _index.ListAsync(database, order, after, limit + 1, cancellationToken).ConfigureAwait(false);
        var hasMore = places.Count > limit;
        places = hasMore ? places[..limit] : places;
        var unreadable = new HashSet<string>(StringComparer.Ordinal);
        var rooms = await _rooms.ReadAsync(database, [.. places.Select(place => RoomSort.RoomOf(place))], LeaveOut, cancellationToken).ConfigureAwait(false);
        var (found, gone) = (new List<RoomInfo>(rooms.Count), new List<string>());
        for (var i = 0; i < rooms.Count; i++)
        {
            if (unreadable.Contains(rooms[i].Id))
            {
                continue;
            }

            if (rooms[i].About is not null && !found.Exists(other => other.Id == rooms[i].Id))
            {
                found.Add(rooms[i]);
            }
            else if (rooms[i].IsBeingDeleted)
            {
                gone.Add(rooms[i].Id);
                continue;
            }

            Repair(order, places[i], rooms[i]);
        }

        return new RoomPage { Rooms = found, BeingDeleted = gone, Cursor = hasMore ? RoomSort.Cursor(order, places[^1]) : null };

        // One room that another program has damaged must not take the list down.
        RoomInfo LeaveOut(string room, ChatDataException error)
        {
            unreadable.Add(room);
            ChatLog.UnreadableRoom(_context.Logger, error.Key ?? "", error.Field ?? "");
            return new RoomInfo { Id = room };
        }
    }

    /// <summary>Has a room's entry set right in the background, if it differs from what the room says.</summary>
    private void Repair(RoomOrder order, byte[] place, RoomInfo room)
    {
        if (order == RoomOrder.Name && (room.About is null || !place.AsSpan().SequenceEqual(RoomSort.Place(RoomSort.NameOf(room.About, room.Id), room.Id))))
        {
            Keeper.Check(room.Id, place);
        }
        else if (room.About is null)
        {
            Keeper.Check(room.Id, []);
        }
        else if (order == RoomOrder.Activity && room.LastMessageAt is { } time && Micros.FromTime(time) / Minute != RoomSort.TimeOf(place) / Minute)
        {
            Keeper.Check(room.Id, []);
        }
    }
}
