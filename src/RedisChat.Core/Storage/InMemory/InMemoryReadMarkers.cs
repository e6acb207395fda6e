namespace RedisChat;

/// <summary>How far the users of one room have read. All members are called under the room's lock.</summary>
internal sealed class InMemoryReadMarkers(InMemoryRoom room, TimeProvider time)
{
    private readonly SortedDictionary<string, ReadMarker> _markers = new(StringComparer.Ordinal);

    /// <summary>Moves a marker: see <see cref="IReadMarkerStore.MoveMarkerAsync"/>.</summary>
    public ReadMarker Move(string user, long messageId, bool back)
    {
        room.Ruling.Members.CheckRight(user, RoomRights.Read, speaks: false);
        if (messageId > room.Last)
        {
            throw MarkerInput.BeyondLast(messageId, room.Last);
        }

        var now = _markers.GetValueOrDefault(user);
        var before = now?.MessageId ?? 0;
        var after = back ? Math.Min(before, messageId - 1) : Math.Max(before, messageId);
        if (now is not null && after == before)
        {
            return now;
        }

        var moved = Set(user, after);
        room.Publish(position => new RoomEvent.ReadMarkerMoved(user, moved.MessageId, moved.At, position));
        return moved;
    }

    /// <summary>A user became a member: everything is read.</summary>
    public void Join(string user) => Set(user, room.Last);

    /// <summary>A user's marker; <see langword="null"/> if there is none.</summary>
    public ReadMarker? Of(string user) => _markers.GetValueOrDefault(user);

    /// <summary>A user is no longer a member, or was banned; returns whether there was a marker.</summary>
    public bool Remove(string user) => _markers.Remove(user);

    /// <summary>Lists markers: see <see cref="IReadMarkerStore.ReadMarkersAsync"/>.</summary>
    public ReadMarkerPage List(long readUpTo, string? after, int limit)
    {
        var found = _markers.Values
            .Where(marker => after is null || string.CompareOrdinal(marker.User, after) > 0)
            .Where(marker => marker.MessageId >= readUpTo)
            .Take(limit + 1).ToList();
        return found.Count > limit
            ? new ReadMarkerPage { Markers = found[..limit], Cursor = found[limit - 1].User }
            : new ReadMarkerPage { Markers = found };
    }

    /// <summary>What the room is to a user: see <see cref="IReadMarkerStore.ReadUserRoomsAsync"/>.</summary>
    public UserRoom Read(string user, string name)
    {
        var now = room.Members.Read(user);
        var mayRead = MemberDecisions.HasRight(now, now.Acting, RoomRights.Read);
        var seen = new UserRoom
        {
            Room = name,

            // A thread that its follower may no longer read is not in the inbox.
            Member = now.Target.IsNobody || (room != room.Ruling && !mayRead) ? null : now.Target,
            MayRead = mayRead,
            Position = room.Position,
            Marker = _markers.GetValueOrDefault(user),
            LastActivity = room.Last == 0 ? null : Micros.ToTime(room.Position.Stamp),
        };
        if (!seen.MayRead)
        {
            return seen;
        }

        var unread = room.Newest().TakeWhile(message => message.Id > (seen.Marker?.MessageId ?? 0)).Where(message => message.User != user);
        return seen with
        {
            Unread = UnreadCount.Of(unread.Take(ChatLimits.MaxUnread + 1).Count()),
            UnreadMentions = unread.Where(message => message.Mentions.Mentions(message.User, user, now.Acting.Role)).Take(ChatLimits.MaxUnread).Count(),
            LastMessage = room.Newest().FirstOrDefault(),
        };
    }

    private ReadMarker Set(string user, long messageId)
    {
        var (now, before) = (Micros.FromTime(time.GetUtcNow()), _markers.GetValueOrDefault(user));
        var at = before is null ? now : Math.Max(now, Micros.FromTime(before.At) + 1);
        return _markers[user] = new ReadMarker { User = user, MessageId = messageId, At = Micros.ToTime(at) };
    }
}
