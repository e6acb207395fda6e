using System.Globalization;
using Microsoft.Extensions.Logging;

namespace RedisChat;

/// <summary>Composes an inbox of the user's list of rooms, and what each of these rooms says. The rooms are the truth: an entry without a membership is repaired.</summary>
internal sealed class InboxReader(IUserStore users, IReadMarkerStore rooms, string user, ILogger logger)
{
    private const int RoomsAtOnce = 200;

    /// <summary>Where a listing continues: after a room with this activity.</summary>
    public readonly record struct Place(DateTimeOffset Activity, string Room) : IComparable<Place>
    {
        // Newest first.
        public int CompareTo(Place other) =>
            Activity == other.Activity ? string.CompareOrdinal(Room, other.Room) : other.Activity.CompareTo(Activity);
    }

    /// <summary>Parses a cursor: the time of the activity in µs, a dot, and the room.</summary>
    /// <exception cref="ChatInputException">It is not a cursor.</exception>
    public static Place? ParseCursor(string? cursor)
    {
        if (cursor is null)
        {
            return null;
        }

        var dot = cursor.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && long.TryParse(cursor.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var time) && time <= ChatLimits.MaxMessageId
            ? new Place(Micros.ToTime(time), cursor[(dot + 1)..])
            : throw new ChatInputException("The cursor is not one that was returned before.", nameof(cursor));
    }

    /// <summary>The user's list of rooms.</summary>
    public ValueTask<IReadOnlyList<ListedRoom>> ReadListAsync(CancellationToken cancellationToken) =>
        users.ReadListedRoomsAsync(user, cancellationToken);

    /// <summary>Reads a page of the inbox.</summary>
    public async ValueTask<InboxPage> ReadAsync(Place? after, int limit, bool includeHidden, CancellationToken cancellationToken)
    {
        var listed = await ReadListAsync(cancellationToken).ConfigureAwait(false);
        string? cursor = null;
        if (after is not null || listed.Count > limit)
        {
            (listed, cursor) = await PageOfAsync(listed, after, limit, includeHidden, cancellationToken).ConfigureAwait(false);
        }

        var (found, unreadable) = await ReadAsync(listed, cancellationToken).ConfigureAwait(false);
        return new InboxPage
        {
            Unreadable = unreadable,
            Rooms = [.. found.Where(room => includeHidden || !room.Entry.IsHidden).OrderBy(room => room.Place).Select(room => room.Entry)],
            Cursor = cursor,
        };
    }

    /// <summary>Reads rooms of the list, without those that the user is no member of, and without those that cannot be read.</summary>
    public async ValueTask<(IReadOnlyList<(InboxRoom Entry, Place Place)> Rooms, IReadOnlyList<string> Unreadable)> ReadAsync(
        IReadOnlyList<ListedRoom> listed, CancellationToken cancellationToken)
    {
        if (listed.Count == 0)
        {
            return ([], []);
        }

        var states = await rooms.ReadUserRoomsAsync(user, [.. listed.Select(room => room.Room)], cancellationToken).ConfigureAwait(false);
        var found = new List<(InboxRoom, Place)>(listed.Count);
        var (superfluous, unreadable) = (new List<ListedRoom>(), new List<string>());
        for (var i = 0; i < states.Count; i++)
        {
            if (states[i].Error is { } error)
            {
                ChatLog.UnreadableRoom(logger, (error as ChatDataException)?.Key ?? error.GetType().Name, (error as ChatDataException)?.Field ?? "");
                unreadable.Add(states[i].Room);
            }
            else if (states[i] is { Member: { IsMember: true } member } state)
            {
                found.Add((EntryOf(listed[i], state, member), new Place(state.LastActivity ?? listed[i].ChangedAt, state.Room)));
            }
            else if (states[i].MayRead || !ThreadId.IsThread(states[i].Room))
            {
                // Followers of a thread who may not read its room at present still follow it.
                superfluous.Add(listed[i]);
            }
        }

        if (superfluous.Count > 0)
        {
            await RepairAsync(superfluous, cancellationToken).ConfigureAwait(false);
        }

        return (found, unreadable);
    }

    /// <summary>How many unread messages mention the user, over all rooms.</summary>
    public async ValueTask<int> CountUnreadMentionsAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var some in (await ReadListAsync(cancellationToken).ConfigureAwait(false)).Chunk(RoomsAtOnce))
        {
            var (found, _) = await ReadAsync(some, cancellationToken).ConfigureAwait(false);
            count += found.Sum(room => room.Entry.UnreadMentions);
        }

        return count;
    }

    private async ValueTask<(IReadOnlyList<ListedRoom> Page, string? Cursor)> PageOfAsync(
        IReadOnlyList<ListedRoom> listed, Place? after, int limit, bool includeHidden, CancellationToken cancellationToken)
    {
        var activity = await users.ReadActivityAsync([.. listed.Select(room => room.Room)], cancellationToken).ConfigureAwait(false);
        var page = listed
            .Select((room, i) => (Room: room, activity[i].LastMessageId, Place: new Place(activity[i].At ?? room.ChangedAt, room.Room)))
            .Where(room => (after is not { } place || room.Place.CompareTo(place) > 0) && (includeHidden || !(room.Room.HiddenAt >= room.LastMessageId)))
            .OrderBy(room => room.Place).Take(limit + 1).ToList();
        return page.Count > limit
            ? ([.. page.Take(limit).Select(room => room.Room)], Cursor(page[limit - 1].Place))
            : ([.. page.Select(room => room.Room)], null);
    }

    private async ValueTask RepairAsync(List<ListedRoom> superfluous, CancellationToken cancellationToken)
    {
        try
        {
            await users.RepairAsync(user, superfluous, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ChatException or OperationCanceledException)
        {
            // The inbox is right without it, and the next reader tries again.
            ChatLog.RepairFailed(logger, e);
        }
    }

    private static InboxRoom EntryOf(ListedRoom listed, UserRoom state, RoomMember member) => new()
    {
        Room = state.Room,
        Member = member,
        LastMessage = state.LastMessage,
        LastActivity = state.LastActivity,
        ReadUpTo = state.Marker?.MessageId ?? 0,
        Unread = state.Unread,
        UnreadMentions = state.UnreadMentions,
        IsMuted = listed.IsMuted,
        IsHidden = listed.HiddenAt >= state.Position.MessageId,
    };

    private static string Cursor(Place place) => string.Create(CultureInfo.InvariantCulture, $"{Micros.FromTime(place.Activity)}.{place.Room}");
}
