namespace RedisChat.ConsoleHost;

/// <summary>The commands that enter threads and leave them, and what the room says of its threads.</summary>
/// <param name="chat">The chat.</param>
/// <param name="room">The room, or the thread.</param>
/// <param name="printer">Prints what there is to say.</param>
internal sealed class ThreadCommands(Chat chat, ChatRoom room, Printer printer)
{
    public const string Help = """
        /thread ID         enter the thread of a message; /join follows it
        /room              leave the thread
        """;

    public static readonly string[] Usages = ["/thread ID"];

    /// <summary>Where the user goes next.</summary>
    public ChatRoom? Next { get; private set; }

    /// <summary>Enters the thread of a message.</summary>
    /// <returns>Whether the user leaves this room.</returns>
    public bool Enter(long id)
    {
        Next = room.Thread(id);
        printer.Note($"The thread of #{id}. What you type is a reply; /room leaves it.");
        return true;
    }

    /// <summary>Leaves a thread.</summary>
    /// <returns>Whether this is one.</returns>
    public bool GoBack()
    {
        if (room.ThreadId is not { } thread)
        {
            printer.Note("This is not a thread. /thread ID enters one.");
            return false;
        }

        Next = chat.Room(thread.Room);
        printer.Note("The room again.");
        return true;
    }

    /// <summary>Shows what the room says of a thread.</summary>
    public static string Summary(long id, ThreadSummary thread) => thread.Count == 0
        ? $"#{id} has no replies any more."
        : $"#{id} has {thread.Count} {(thread.Count == 1 ? "reply" : "replies")} by {string.Join(", ", thread.Participants)}: /thread {id}";
}
