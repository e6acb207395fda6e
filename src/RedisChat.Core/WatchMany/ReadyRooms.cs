namespace RedisChat;

/// <summary>A queue of rooms that have an event ready. The rooms themselves are its nodes, so that it needs no memory and a room can leave it at once.</summary>
internal struct ReadyRooms
{
    private StreamedRoom? _first;
    private StreamedRoom? _last;

    public void Add(StreamedRoom room)
    {
        room.Previous = _last;
        if (_last is null)
        {
            _first = room;
        }
        else
        {
            _last.Next = room;
        }

        _last = room;
    }

    /// <summary>Takes the room that has been ready for the longest time.</summary>
    public StreamedRoom? Take()
    {
        var room = _first;
        if (room is not null)
        {
            Remove(room);
        }

        return room;
    }

    /// <summary>Removes a room that is in the queue.</summary>
    public void Remove(StreamedRoom room)
    {
        if (room.Previous is null)
        {
            _first = room.Next;
        }
        else
        {
            room.Previous.Next = room.Next;
        }

        if (room.Next is null)
        {
            _last = room.Previous;
        }
        else
        {
            room.Next.Previous = room.Previous;
        }

        room.Next = room.Previous = null;
    }
}
