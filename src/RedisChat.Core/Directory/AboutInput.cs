namespace RedisChat;

/// <summary>Rejects settings that no room can have, before any I/O.</summary>
internal static class AboutInput
{
    public static void CheckAbout(RoomAbout about, ChatOptions options)
    {
        if (about is null)
        {
            throw new ChatInputException("Settings are required; they must not be null.", nameof(about));
        }

        ChatInput.CheckLine(about.Name, ChatLimits.MaxRoomNameBytes, $"{nameof(about)}.{nameof(about.Name)}");
        ChatInput.CheckLine(about.Topic, ChatLimits.MaxTopicBytes, $"{nameof(about)}.{nameof(about.Topic)}");
        if (about.MessagesExpireAfter is { } life)
        {
            MessageInput.CheckLife(life, $"{nameof(about)}.{nameof(about.MessagesExpireAfter)}");
        }

        if (about.Retention?.Problem() is { } problem)
        {
            throw new ChatInputException(problem, $"{nameof(about)}.{nameof(about.Retention)}");
        }

        MessageInput.CheckMetadata(about.Metadata, options, $"{nameof(about)}.{nameof(about.Metadata)}");
    }

    /// <summary>Checks the id of a room that is to have settings.</summary>
    public static void CheckListed(string room)
    {
        CheckRoom(room, nameof(room));
        if (room.StartsWith(DirectRoom.Prefix, StringComparison.Ordinal))
        {
            throw new ChatInputException(
                $"An id that begins with \"{DirectRoom.Prefix}\" belongs to a direct room, which has no settings: see {nameof(RoomDirectory)}.{nameof(RoomDirectory.DirectAsync)}.", nameof(room));
        }
    }

    public static void CheckRooms(IReadOnlyList<string> rooms)
    {
        if (rooms is null || rooms.Count > ChatLimits.MaxPageSize)
        {
            throw new ChatInputException($"A list of at most {ChatLimits.MaxPageSize} ids is required.", nameof(rooms));
        }

        for (var i = 0; i < rooms.Count; i++)
        {
            CheckRoom(rooms[i], $"{nameof(rooms)}[{i}]");
        }
    }

    /// <summary>Checks the id of a room, which must not be a thread.</summary>
    public static void CheckRoom(string room, string name)
    {
        if (ThreadId.IsThread(room))
        {
            throw new ChatInputException("A thread has no settings, and is deleted with its message or with its room.", name);
        }

        ChatInput.CheckId(room, name);
    }
}
