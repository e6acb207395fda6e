namespace RedisChat.ConsoleHost;

/// <summary>The commands about pinned messages, and what others pin.</summary>
/// <param name="room">The room.</param>
/// <param name="user">The user who types.</param>
/// <param name="printer">Prints what there is to say.</param>
internal sealed class PinCommands(ChatRoom room, string user, Printer printer)
{
    public const string Help = """
        /pin ID            pin a message
        /unpin ID          unpin a message
        /pins              the pinned messages
        """;

    public static readonly string[] Usages = ["/pin ID", "/unpin ID"];

    /// <summary>Pins a message.</summary>
    /// <returns>Whether there is such a message.</returns>
    public async Task<bool> PinAsync(long id, CancellationToken cancellationToken)
    {
        var isThere = await room.Pins.PinAsync(id, user, cancellationToken);
        if (isThere)
        {
            printer.Note($"Pinned #{id}.");
        }

        return isThere;
    }

    /// <summary>Unpins a message.</summary>
    public async Task UnpinAsync(long id, CancellationToken cancellationToken)
    {
        await room.Pins.UnpinAsync(id, user, cancellationToken);
        printer.Note($"Unpinned #{id}.");
    }

    /// <summary>Shows the pinned messages.</summary>
    public async Task ListAsync(CancellationToken cancellationToken)
    {
        var pins = await room.Pins.ListAsync(cancellationToken);
        if (pins.Count == 0)
        {
            printer.Note("No pinned messages.");
        }

        foreach (var pin in pins)
        {
            printer.Note($"#{pin.MessageId} was pinned by {pin.By ?? "the application"}.");
            if (pin.Message is { } message)
            {
                printer.Message(message, own: message.User == user);
            }
        }
    }

    /// <summary>Shows what others pinned and unpinned.</summary>
    public void Show(RoomEvent happened)
    {
        switch (happened)
        {
            case RoomEvent.Pinned { MessageId: var id, By: var by } when by != user:
                printer.Note($"{by ?? "The application"} pinned #{id}.");
                break;
            case RoomEvent.Unpinned { MessageId: var id, By: var by } when by != user:
                printer.Note(by is null ? $"#{id} was unpinned." : $"{by} unpinned #{id}.");
                break;
        }
    }
}
