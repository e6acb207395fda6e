namespace RedisChat;

/// <summary>All rooms of a chat: creates and describes them, finds them, and deletes them: see <see cref="Chat.Rooms"/>. Thread-safe.</summary>
/// <remarks>
/// <para>
/// A room need not be created: it comes into being by its first message, open to all. Rooms with settings, created or described here, are listed; others are not,
/// and cost nothing.
/// </para>
/// <para>Who may create rooms, and who may see which ones in a list, is for the application to decide: reading and listing need no right.</para>
/// </remarks>
public sealed class RoomDirectory
{
    private static readonly ChatOperation Read = new(ChatOperations.ReadRooms, "The rooms could not be read");

    private static readonly ChatOperation Change = new(ChatOperations.ChangeRooms, "The room could not be changed")
    {
        Writes = true,
        InDoubt = "It may have taken effect. It is safe to try again.",
    };

    private static readonly ChatOperation Deletion = new(ChatOperations.DeleteRooms, "The room could not be deleted")
    {
        Writes = true,
        InDoubt = "It may be deleted in part. Delete it again to continue.",
    };

    private readonly Chat _chat;
    private readonly IMessageStore _store;
    private readonly OperationRunner _runner;

    internal RoomDirectory(Chat chat, IMessageStore store, OperationRunner runner) => (_chat, _store, _runner) = (chat, store, runner);

    /// <summary>Creates a room with settings. A room that exists already without settings, perhaps by its first message, gets them.</summary>
    /// <remarks>
    /// It is safe to repeat: a room that has settings is left as it is, with its rules and members, and returned. Settings, rules and owner are written in one atomic step. So an interrupted
    /// call leaves nothing of them or all of them, and of several callers at once one wins, with all of its arguments. Watchers receive <see cref="RoomEvent.RulesChanged"/> and
    /// <see cref="RoomEvent.MemberChanged"/> if the rules and the owner change, and then <see cref="RoomEvent.AboutChanged"/>.
    /// </remarks>
    /// <param name="room">The room's id: 1 to <see cref="ChatLimits.MaxIdBytes"/> bytes of UTF-8, no control characters, not beginning with <c>direct~</c>.</param>
    /// <param name="about">Its name, topic and metadata.</param>
    /// <param name="rules">Its rules; if omitted, those it has, at first open to all.</param>
    /// <param name="owner">The id of its first owner; if omitted, only the application can manage the room. A room that has an owner already keeps it.</param>
    /// <param name="cancellationToken">Stops waiting; the room may still be created.</param>
    /// <exception cref="ChatInputException">An argument is not valid.</exception>
    /// <exception cref="ChatForbiddenException">A room of this id is being deleted, or the owner is banned from it. Nothing was changed.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support settings of rooms.</exception>
    public Task<RoomCreation> CreateAsync(
        string room, RoomAbout about, RuleSet? rules = null, string? owner = null, CancellationToken cancellationToken = default)
    {
        AboutInput.CheckListed(room);
        AboutInput.CheckAbout(about, _runner.Options);
        if (rules is not null)
        {
            RuleInput.CheckRules(rules);
        }

        if (owner is not null)
        {
            ChatInput.CheckId(owner);
        }

        if (rules is not null || owner is not null)
        {
            _ = Members();
        }

        return _runner.RunAsync(
            Change, room, (Store: Directory(), Room: room, About: about, Rules: rules, Owner: owner),
            static (call, token) => call.Store.CreateRoomAsync(call.Room, call.About, call.Rules, call.Owner, token), cancellationToken).AsTask();
    }

    /// <summary>Changes a room's settings. If another change comes first, tries again on the new settings. Raises <see cref="RoomEvent.AboutChanged"/>.</summary>
    /// <param name="room">The room's id. A room without settings gets them, and is listed from then on; if it does not exist, the application creates it by this.</param>
    /// <param name="by">Who changes them: needs the right <see cref="RoomRights.Manage"/>, which in a room without rules only the application has.</param>
    /// <param name="change">Turns the present settings into the new ones, for example <c>about => about with { Topic = … }</c>. May be called several times.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>The settings after the change.</returns>
    /// <exception cref="ChatInputException">The id, the actor or the new settings are not valid.</exception>
    /// <exception cref="ChatForbiddenException">The actor may not change them, or the room is archived or being deleted.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support settings of rooms.</exception>
    public Task<RoomAbout> DescribeAsync(string room, Actor by, Func<RoomAbout, RoomAbout> change, CancellationToken cancellationToken = default)
    {
        AboutInput.CheckListed(room);
        RuleInput.CheckActor(by);
        ArgumentNullException.ThrowIfNull(change);
        Func<RoomAbout, RoomAbout> decide = present =>
        {
            var about = change(present);
            AboutInput.CheckAbout(about, _runner.Options);
            return about;
        };
        return _runner.RunAsync(
            Change, room, (Store: Directory(), Room: room, By: by, Decide: decide),
            static (call, token) => call.Store.ChangeAboutAsync(call.Room, call.By, call.Decide, token), cancellationToken).AsTask();
    }

    /// <summary>Gives a room another name; its id stays.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="name">The name: see <see cref="RoomAbout.Name"/>.</param>
    /// <param name="by">Who renames it: needs the right <see cref="RoomRights.Manage"/>.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <inheritdoc cref="DescribeAsync" path="/returns|/exception"/>
    public Task<RoomAbout> RenameAsync(string room, string name, Actor by, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckLine(name, ChatLimits.MaxRoomNameBytes, nameof(name));
        return DescribeAsync(room, by, about => about with { Name = name }, cancellationToken);
    }

    /// <summary>Gives a room another topic.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="topic">The topic: see <see cref="RoomAbout.Topic"/>.</param>
    /// <param name="by">Who sets it: needs the right <see cref="RoomRights.Manage"/>.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <inheritdoc cref="DescribeAsync" path="/returns|/exception"/>
    public Task<RoomAbout> SetTopicAsync(string room, string topic, Actor by, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckLine(topic, ChatLimits.MaxTopicBytes, nameof(topic));
        return DescribeAsync(room, by, about => about with { Topic = topic }, cancellationToken);
    }

    /// <summary>Makes a room read-only: see <see cref="RuleSet.IsArchived"/>. A room that does not exist comes into being by this, archived.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="by">Who archives it: needs the right <see cref="RoomRights.Manage"/>.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <inheritdoc cref="RoomRules.ChangeAsync" path="/returns|/exception"/>
    public Task<RuleSet> ArchiveAsync(string room, Actor by, CancellationToken cancellationToken = default) => ArchiveAsync(room, by, true, cancellationToken);

    /// <summary>Takes a room out of the archive, so that it can be written to again.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="by">Who does it: needs the right <see cref="RoomRights.Manage"/>.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <inheritdoc cref="RoomRules.ChangeAsync" path="/returns|/exception"/>
    public Task<RuleSet> UnarchiveAsync(string room, Actor by, CancellationToken cancellationToken = default) => ArchiveAsync(room, by, false, cancellationToken);

    /// <summary>Reads an overview of a room.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The overview. For a room that does not exist, <see cref="RoomInfo.Exists"/> is <see langword="false"/>.</returns>
    /// <inheritdoc cref="GetInfoAsync(IReadOnlyList{string}, CancellationToken)" path="/exception"/>
    public async Task<RoomInfo> GetInfoAsync(string room, CancellationToken cancellationToken = default) =>
        (await GetInfoAsync([room], cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Reads an overview of rooms, with settings or without, in one round trip for each server.</summary>
    /// <param name="rooms">The rooms' ids: at most <see cref="ChatLimits.MaxPageSize"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>One for each id, in the same order. For a room that does not exist, <see cref="RoomInfo.Exists"/> is <see langword="false"/>.</returns>
    /// <exception cref="ChatInputException">An id is not valid, or there are too many.</exception>
    /// <exception cref="ChatDataException">What is stored of a room is not what the chat writes.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support settings of rooms.</exception>
    public Task<IReadOnlyList<RoomInfo>> GetInfoAsync(IReadOnlyList<string> rooms, CancellationToken cancellationToken = default)
    {
        AboutInput.CheckRooms(rooms);
        return _runner.RunAsync(
            Read, rooms.Count == 1 ? rooms[0] : "", (Store: Directory(), Rooms: rooms),
            static (call, token) => call.Store.ReadRoomsAsync(call.Rooms, token), cancellationToken).AsTask();
    }

    /// <summary>Lists the rooms that have settings, page by page. <see cref="ChatTransfer.FindRoomsAsync"/> finds all others, too, by a search.</summary>
    /// <remarks>
    /// <para>
    /// The pages together neither skip nor repeat a room that keeps its place, while others come and go. A room that is renamed between two pages, or becomes active in a list by
    /// activity, may be on both or on neither. A page may have fewer rooms than the limit, even none, and still have a cursor.
    /// </para>
    /// <para>
    /// The order by activity is exact to the minute. A room's place is written in the background after a send. If that fails, because the process ends or the store cannot be
    /// reached, the room keeps its earlier place until its next message in another minute, or until a list by activity reaches it.
    /// </para>
    /// </remarks>
    /// <param name="order">The order.</param>
    /// <param name="cursor">Where to continue: the <see cref="RoomPage.Cursor"/> of the previous call; omit it to start.</param>
    /// <param name="limit">The most rooms: 1 to <see cref="ChatLimits.MaxPageSize"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatInputException">The cursor is not one of this order, or the limit is not valid.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support settings of rooms.</exception>
    public Task<RoomPage> ListAsync(
        RoomOrder order = RoomOrder.Name, string? cursor = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckLimit(limit);
        if (!Enum.IsDefined(order))
        {
            throw new ChatInputException("This order does not exist.", nameof(order));
        }

        return _runner.RunAsync(
            Read, "", (Store: Directory(), Order: order, Cursor: cursor, Limit: limit),
            static (call, token) => call.Store.ListRoomsAsync(call.Order, call.Cursor, call.Limit, token), cancellationToken).AsTask();
    }

    /// <summary>The room of two users: the same one from both sides, and if both call at the same time. Creates it, for its two members only, if it does not exist.</summary>
    /// <remarks>
    /// <para>
    /// The room is never listed, and its id (<c>direct~</c> and a digest of both ids) does not reveal the users; its members do. With the same id twice it is the user's room for notes.
    /// </para>
    /// <para>
    /// A user who has left becomes a member again by the next call, from either side. To keep one user from writing to another, ban that user from the room
    /// (<see cref="RoomMembers.BanAsync"/>): then this fails. If both are members, nothing is written and nothing raised.
    /// </para>
    /// </remarks>
    /// <param name="one">The id of one user.</param>
    /// <param name="other">The id of the other user.</param>
    /// <param name="cancellationToken">Stops waiting; the room may still be created.</param>
    /// <exception cref="ChatInputException">An id is not valid.</exception>
    /// <exception cref="ChatForbiddenException">
    /// One of the users is banned from the room, or it is being deleted; or someone used the room's id before this method created the room, so that it is open to all and has
    /// messages or other members already. In that case delete the room, or give it rules to accept it as it is.
    /// </exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support members or settings of rooms.</exception>
    public async Task<ChatRoom> DirectAsync(string one, string other, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckId(one);
        ChatInput.CheckId(other);
        var room = DirectRoom.IdOf(one, other);
        await _runner.RunAsync(
            Change, room, (Store: Directory(), Members: Members(), Room: room, Users: one == other ? new[] { one } : new[] { one, other }),
            static (call, token) => JoinDirectAsync(call.Store, call.Members, call.Room, call.Users, token), cancellationToken).ConfigureAwait(false);
        return _chat.Room(room);
    }

    /// <summary>Deletes a room with everything in it: messages, members, rules, settings, and its place in the directory.</summary>
    /// <remarks>
    /// <para>
    /// Its watchers receive <see cref="RoomEvent.RoomDeleted"/> and end. From the first step on the room's history reads as empty, and sends and changes fail with
    /// <see cref="ForbiddenReason.RoomDeleted"/>; a message that is read by its id, and the members, may still be found until they are removed. When nothing is left, the id is free: a
    /// message sent to it creates a new room, open to all.
    /// </para>
    /// <para>
    /// Whoever is present in the room stays so in its own process: dispose of the handle of <see cref="RoomPresence.EnterAsync"/> when the room is deleted, or the user enters the new
    /// room of this name with the next heartbeat.
    /// </para>
    /// <para>
    /// A large room takes a while, in many small steps. If the call is canceled or the process ends, call it again: it continues where it was.
    /// </para>
    /// </remarks>
    /// <param name="room">The room's id. If it does not exist, nothing happens.</param>
    /// <param name="by">
    /// Who deletes it: needs the right <see cref="RoomRights.Manage"/>, even in an archived room. An interrupted deletion is continued by the one who began it, or by the application.
    /// </param>
    /// <param name="progress">Receives a report of how far the deletion is after each step.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <returns>What was deleted; <see cref="RoomDeletion.Existed"/> says whether there was a room.</returns>
    /// <exception cref="ChatInputException">The id or the actor is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The actor may not delete the room.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time. The deletion may be incomplete.</exception>
    /// <exception cref="NotSupportedException">The store does not support the deletion of rooms.</exception>
    public async Task<RoomDeletion> DeleteAsync(
        string room, Actor by, IProgress<RoomDeletion>? progress = null, CancellationToken cancellationToken = default)
    {
        AboutInput.CheckRoom(room, nameof(room));
        RuleInput.CheckActor(by);
        var store = Directory();
        RoomDeletion step, done = new(0, 0) { Existed = false };
        string? cursor = null;
        do
        {
            step = await _runner.RunAsync(
                Deletion, room, (Store: store, Room: room, By: by, Cursor: cursor),
                static (call, token) => call.Store.DeleteRoomAsync(call.Room, call.By, call.Cursor, token), cancellationToken).ConfigureAwait(false);
            cursor = step.Cursor;

            // A step that finds the room gone, because someone else has completed the deletion, knows no numbers.
            done = step.Total >= done.Total ? step with { Cursor = null, Existed = done.Existed || step.Existed } : done with { Done = done.Total };
            progress?.Report(done);
        }
        while (cursor is not null);
        return done;
    }

    private static async ValueTask<bool> JoinDirectAsync(
        IRoomDirectoryStore store, IMemberStore members, string room, string[] users, CancellationToken cancellationToken)
    {
        var reading = users.Select(user => members.ReadMemberAsync(room, user, cancellationToken).AsTask()).ToArray();
        var found = await Task.WhenAll(reading).ConfigureAwait(false);
        if (Array.TrueForAll(found, now => now.Target.IsMember))
        {
            return true;
        }

        foreach (var now in found)
        {
            // Before anything is written.
            MemberDecisions.CheckRight(now with { Rules = OpenRoom }, now.Target, RoomRights.Read);
        }

        // Someone who knows both ids can compute the room's id. What others wrote before the room had rules must not appear to be the two users' own.
        var info = (await store.ReadRoomsAsync([room], cancellationToken).ConfigureAwait(false))[0];
        var joined = found.Count(user => user.Target.IsMember);
        if (info.Rules == RuleSet.Open && (info.Members > joined || (info.LastMessageId > 0 && joined == 0)))
        {
            throw new ChatForbiddenException(
                "The room of these two users was used before it was created: it is open to all, and has messages or members already. Delete it, or give it rules, and try again.");
        }

        // Rules that the room has stay. The room is new if it has none and neither user is a member.
        await members.ChangeRulesAsync(
            room, Actor.Application, now => now.Rules == RuleSet.Open && !Array.Exists(found, user => user.Target.IsMember) ? RuleSet.MembersOnly : now.Rules, cancellationToken).ConfigureAwait(false);
        foreach (var user in users)
        {
            await members.ChangeMemberAsync(
                room, user, Actor.Application, now => now.Target.IsMember ? now.Target : MemberDecisions.SetRole(now, RoomRole.Member), reason: null, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private static readonly RuleSet OpenRoom = RuleSet.Open;

    private Task<RuleSet> ArchiveAsync(string room, Actor by, bool isArchived, CancellationToken cancellationToken) =>
        _chat.Room(room).Rules.ChangeAsync(by, rules => rules.IsArchived == isArchived ? rules : rules with { IsArchived = isArchived }, cancellationToken);

    private IRoomDirectoryStore Directory() => _store.RequireAbility<IRoomDirectoryStore>("settings of rooms");

    private IMemberStore Members() => _store.RequireAbility<IMemberStore>("members");
}
