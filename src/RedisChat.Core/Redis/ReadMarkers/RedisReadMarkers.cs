using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Stores read markers in a hash of the room: see <see cref="MarkerText"/>, <c>read_mark.lua</c> and <c>user_room_read.lua</c>.</summary>
/// <remarks>
/// The hash is in the room's slot and is written after the messages that its markers name. Replication and the append-only file keep that order, so no
/// failover and no crash leaves a marker that is ahead of the history.
/// </remarks>
internal sealed class RedisReadMarkers(RedisStoreContext context) : IReadMarkerStore
{
    // The most HSCAN calls for one list. Redis returns a small hash as a whole.
    private const int MostScans = 20;

    // Each time, the room has moved to the next bucket since the last answer.
    private const int MostAttempts = 10;

    public ValueTask<ReadMarker> MoveMarkerAsync(string room, string user, long messageId, bool back, CancellationToken cancellationToken = default) =>
        context.Calls.RunAsync(
            (Context: context, Room: room, User: user, Id: messageId, Back: back),
            static async (database, call, token) =>
            {
                using var answer = await MarkCall.RunAsync(
                    database, call.Context.Keys, call.Context.Connection.Channels.PublishCommand, call.Room, call.User, call.Id, call.Back)
                    .AsTask().UntilAsync(token).ConfigureAwait(false);
                return MarkCall.Read(answer, call.User, call.Id);
            },
            cancellationToken, writes: true);

    public ValueTask<ReadMarkerPage> ReadMarkersAsync(
        string room, long readUpTo, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        var from = 0UL;
        if (cursor is not null && !ulong.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out from))
        {
            throw MarkerInput.NoCursor();
        }

        return context.Calls.RunAsync(
            (Markers: this, Room: room, UpTo: readUpTo, From: from, Limit: limit),
            static async (database, call, token) => await call.Markers.ScanAsync(database, call.Room, call.UpTo, call.From, call.Limit, token).ConfigureAwait(false),
            cancellationToken);
    }

    public ValueTask<IReadOnlyList<UserRoom>> ReadUserRoomsAsync(string user, IReadOnlyList<string> rooms, CancellationToken cancellationToken = default) =>
        context.Calls.RunAsync(
            (Markers: this, User: user, Rooms: rooms),
            static async (database, call, token) =>
            {
                // Each sends its call before it waits, so all of them share one round trip.
                var reads = new Task<UserRoom>[call.Rooms.Count];
                for (var i = 0; i < reads.Length; i++)
                {
                    reads[i] = call.Markers.ReadOrErrorAsync(database, call.User, call.Rooms[i], token);
                }

                return (IReadOnlyList<UserRoom>)await Task.WhenAll(reads).ConfigureAwait(false);
            },
            cancellationToken);

    private async Task<ReadMarkerPage> ScanAsync(IDatabase database, string room, long readUpTo, ulong from, int limit, CancellationToken cancellationToken)
    {
        var (found, next) = (new List<ReadMarker>(), from);
        for (var scan = 0; scan < MostScans && found.Count < limit && (scan == 0 || next != 0); scan++)
        {
            var asked = database.ExecuteAsync("HSCAN", [(RedisKey)context.Keys.Read(room), next, "COUNT", limit], CommandFlags.DemandMaster).Observed();

            // After the markers, so none of them is ahead of it.
            var counter = database.HashGetAsync(context.Keys.Room(room), "last", CommandFlags.DemandMaster).Observed();
            var answer = (RedisResult[])(await asked.UntilAsync(cancellationToken).ConfigureAwait(false))!;
            var last = StrictNumber.TryRead((string?)await counter.UntilAsync(cancellationToken).ConfigureAwait(false), out var number) ? number : 0;
            next = (ulong)answer[0];
            var fields = (RedisValue[])answer[1]!;
            for (var i = 0; i + 1 < fields.Length; i += 2)
            {
                if (!MarkerText.TryRead(fields[i]!, fields[i + 1]!, last, out var marker))
                {
                    throw MarkerText.Unreadable(context.Keys, room);
                }

                if (marker.MessageId >= readUpTo)
                {
                    found.Add(marker);
                }
            }
        }

        return new ReadMarkerPage { Markers = found, Cursor = next == 0 ? null : next.ToString(CultureInfo.InvariantCulture) };
    }

    private async Task<UserRoom> ReadOrErrorAsync(IDatabase database, string user, string room, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(database, user, room, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (Broken(e) is { } broken)
        {
            return new UserRoom { Room = room, Error = broken };
        }
    }

    /// <summary>The error if one room's data is broken; <see langword="null"/> if all rooms are concerned.</summary>
    private ChatDataException? Broken(Exception error) =>
        error as ChatDataException
        ?? (error is RedisServerException && context.Connection.Errors.TryTranslate(error, out var translated, writes: false) ? translated as ChatDataException : null);

    private async Task<UserRoom> ReadAsync(IDatabase database, string user, string room, CancellationToken cancellationToken)
    {
        string? uses = null;
        for (var attempt = 1; ; attempt++)
        {
            context.Rooms.TryGet(room, out var known);
            uses ??= known.Uses;
            UserRoomReply reply;
            using (var answer = await UserRoomCall.RunAsync(database, context.Keys, room, user, known.Last, uses?.Contains(MentionIndex.Letter, StringComparison.Ordinal) == true)
                .AsTask().UntilAsync(cancellationToken).ConfigureAwait(false))
            {
                reply = UserRoomReply.Read(answer, context.Keys, room);
            }

            context.Rooms.Learn(room, known, KnownRoom.At(reply.Position, known, reply.Uses));
            uses = reply.Uses;
            if (reply.Found >= 0)
            {
                return await CompleteAsync(new PrimaryReads(database), user, room, reply, cancellationToken).ConfigureAwait(false);
            }

            if (attempt == MostAttempts)
            {
                throw new ChatUnavailableException("The room grew by more than a hundred messages between each two attempts to read it.");
            }
        }
    }

    private async Task<UserRoom> CompleteAsync(RoomReads reads, string user, string room, UserRoomReply reply, CancellationToken cancellationToken)
    {
        var (position, member, marker) = (reply.Position, default(RoomMember), default(ReadMarker));
        if (reply.Member is not null && !MemberText.TryRead(user, reply.Member, out member, out _))
        {
            throw RedisMembers.UnreadableMember(context.Keys, room);
        }

        if (reply.Marker is not null && !MarkerText.TryRead(user, reply.Marker, position.MessageId, out marker))
        {
            throw MarkerText.Unreadable(context.Keys, room);
        }

        var (read, found, newest) = (marker?.MessageId ?? 0, reply.Found, default(Message));
        if (reply.MayRead && position.MessageId > 0)
        {
            var cipher = await context.ReadingCipherAsync(room, cancellationToken).ConfigureAwait(false);
            if (reply.Newest > 0
                && (!EncryptedValue.TryRead(cipher, BoxPlace.Message(reply.Newest), reply.Value, out newest, out var lacking) || context.Expired.Notice(room, newest)))
            {
                // What needs a newer key is read once more.
                newest = await NewestReadableAsync(reads, room, reply, lacking is null ? reply.Newest - 1 : reply.Newest, cancellationToken).ConfigureAwait(false);
            }

            if ((reply.Newest == 0 || (found <= ChatLimits.MaxUnread && read < reply.Lowest - 1)) && reply.Lowest > 1)
            {
                var (all, older) = await new OlderUnread(reads, context, room, cancellationToken).ReadAsync(user, reply, read).ConfigureAwait(false);
                (found, newest) = (all, newest ?? older);
            }
        }

        return new UserRoom
        {
            Room = room,
            Member = member,
            MayRead = reply.MayRead,
            Position = position,
            Marker = marker,
            Unread = UnreadCount.Of(found),
            UnreadMentions = Math.Min(reply.Mentions, ChatLimits.MaxUnread),
            LastMessage = newest,
            LastActivity = position.Stamp == 0 ? null : Micros.ToTime(position.Stamp),
        };
    }

    /// <summary>The newest message up to an id, read as in a page, if the newest stored value is not one.</summary>
    private async Task<Message?> NewestReadableAsync(RoomReads reads, string room, UserRoomReply reply, long from, CancellationToken cancellationToken)
    {
        using var messages = new BucketReader(reads, context.Keys, room, context.SealAfter, cancellationToken) { Ciphers = context.Ciphers, Last = reply.Position.MessageId, Expired = context.Expired, Cold = context.Cold };
        await messages.UseArchiveAsync(ArchivedField.IsIn(reply.Uses)).ConfigureAwait(false);
        var ids = new RoomIds(from, reply.Position.MessageId, context.Keys.Room(room), "last");
        var found = await PageCollector.CollectAsync(ids.OlderAsync, messages.ReadAsync, wanted: 1).ConfigureAwait(false);
        return found.Count > 0 ? found[0] : null;
    }
}
