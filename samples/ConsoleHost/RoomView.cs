using RedisChat.Terminal;

namespace RedisChat.ConsoleHost;

/// <summary>Shows a room to one user: pages, and what others do. What the user did is shown once, by the command that did it.</summary>
/// <param name="rooms">All rooms.</param>
/// <param name="room">The room.</param>
/// <param name="user">The user.</param>
/// <param name="printer">Prints it.</param>
internal sealed class RoomView(RoomDirectory rooms, ChatRoom room, string user, Printer printer)
{
    public const int DefaultCount = 20;

    // Version 0 stands for the deletion of a message.
    private const int Deletion = 0;

    // The user's own sends, edits and deletions whose events are still to come.
    private readonly HashSet<(long Id, int Version)> _own = [];
    private readonly MemberCommands _members = new(room, user, printer);
    private readonly PinCommands _pins = new(room, user, printer);
    private readonly PresenceCommands _presence = new(room.Presence, user, printer);
    private readonly DirectoryCommands _directory = new(rooms, room, user, printer);

    public void Show(MessagePage page)
    {
        foreach (var message in page.Messages)
        {
            Show(message, message.ReplyTo is { } parent ? page.Parents.GetValueOrDefault(parent) : null);
            if (page.Reactions.TryGetValue(message.Id, out var reactions))
            {
                Show(message.Id, reactions);
            }

            if (page.Threads.TryGetValue(message.Id, out var thread))
            {
                printer.Note(ThreadCommands.Summary(message.Id, thread));
            }
        }

        if (page.Unreadable.Count > 0)
        {
            var ids = string.Join(", ", page.Unreadable.Select(message => message.Id is { } id ? $"#{id}" : "one without a number"));
            printer.Error($"{page.Unreadable.Count} of these could not be read and are left out: {ids}.");
        }
    }

    public void Show(long id, IReadOnlyList<Reaction> reactions) =>
        printer.Note(reactions.Count == 0
            ? $"#{id} has no reactions."
            : $"#{id} {string.Join("  ", reactions.Select(reaction => $"{reaction.Emoji} {reaction.Count}{(reaction.Own > 0 ? " (yours)" : "")}"))}");

    /// <summary>Shows a message that the user sent or edited.</summary>
    public void ShowOwn(Message message)
    {
        _own.Add((message.Id, message.Version));
        Show(message);
    }

    /// <summary>Shows that a message was sent whose text is on the screen already.</summary>
    public void ShowSent(Message message)
    {
        _own.Add((message.Id, message.Version));
        printer.Sent(message);
    }

    public void ShowOwnDeletion(long id)
    {
        _own.Add((id, Deletion));
        printer.Note($"Deleted #{id}.");
    }

    /// <summary>Shows an event, unless it is of something that the user did and was shown.</summary>
    public async Task ShowAsync(RoomEvent happened, CancellationToken cancellationToken)
    {
        switch (happened)
        {
            case RoomEvent.Created { Message: var message } when !_own.Remove((message.Id, message.Version)):
                Show(message);
                break;
            case RoomEvent.Edited { Message: var message } when !_own.Remove((message.Id, message.Version)):
                Show(message);
                break;
            case RoomEvent.Deleted { MessageId: var id } when !_own.Remove((id, Deletion)):
                printer.Note($"#{id} was deleted.");
                break;
            case RoomEvent.DeletedMany { MessageIds: var ids } deleted when deleted.User != user:
                printer.Note($"{ids.Count} {(ids.Count == 1 ? "message was" : "messages were")} deleted, from #{ids[0]} to #{ids[^1]}.");
                break;
            case RoomEvent.Reacted { MessageId: var id, Reactions: var reactions } reacted when reacted.User != user:
                Show(id, reactions);
                break;
            case RoomEvent.ThreadChanged { MessageId: var id, Thread: var thread }:
                printer.Note(ThreadCommands.Summary(id, thread));
                break;
            case RoomEvent.Pinned or RoomEvent.Unpinned:
                _pins.Show(happened);
                break;
            case RoomEvent.MemberChanged or RoomEvent.RulesChanged:
                _members.Show(happened);
                break;
            case RoomEvent.AboutChanged or RoomEvent.RoomDeleted:
                _directory.Show(happened);
                break;
            case RoomEvent.Entered or RoomEvent.Left or RoomEvent.PresenceChanged or RoomEvent.Typing:
                _presence.Show(happened);
                break;
            case RoomEvent.Gap:
                printer.Note("A part of the room's history was lost or missed. This is the room now:");
                try
                {
                    Show(await room.ReceiveAsync(new MessageQuery { Limit = DefaultCount, Reader = user }, cancellationToken));
                }
                catch (ChatUnavailableException e)
                {
                    // Watching resumes on its own once the server is back.
                    printer.Error($"{Explanation.Of(e)} /history shows the room.");
                }

                break;
        }
    }

    private void Show(Message message, ReplyParent? parent = null) => printer.Message(message, own: message.User == user, parent);
}
