using System.Globalization;

namespace RedisChat.ConsoleHost;

/// <summary>Runs the lines that a user types: commands, or texts to send.</summary>
/// <param name="chat">The chat.</param>
/// <param name="room">The room.</param>
/// <param name="user">The user.</param>
/// <param name="view">Shows what the user did.</param>
/// <param name="printer">Prints what else there is to say.</param>
/// <param name="isTyped">Whether the lines are on the screen already, because they are typed at the terminal that shows the output.</param>
internal sealed class RoomCommands(Chat chat, ChatRoom room, string user, RoomView view, Printer printer, bool isTyped)
{
    private const string Help = $"""
        /history [N]       the last N messages (20)
        /from USER         the last messages of one user
        /reply ID TEXT     reply to a message
        /edit ID TEXT      give a message of yours another text
        /delete ID         delete a message of yours; /delete FROM-TO deletes several
        /purge USER        delete all messages of a user
        {ThreadCommands.Help}
        /react ID EMOJI    react to a message
        /unreact ID EMOJI  take a reaction back
        {PinCommands.Help}
        {ScheduleCommands.Help}
        {MentionCommands.Help}
        {SearchCommands.Help}
        {ReadCommands.Help}
        {InboxCommands.Help}
        {PresenceCommands.Help}
        {MemberCommands.Help}
        {DirectoryCommands.Help}
        /help              this list
        /quit              leave
        //TEXT             send a text that begins with /
        Anything else is sent.
        """;

    private static readonly string[] Usages =
    [
        "/from USER", "/reply ID TEXT", "/edit ID TEXT", "/delete ID or /delete FROM-TO", "/purge USER", "/react ID EMOJI", "/unreact ID EMOJI",
        .. ThreadCommands.Usages, .. PinCommands.Usages, .. ScheduleCommands.Usages, .. MemberCommands.Usages, .. DirectoryCommands.Usages, .. SearchCommands.Usages,
    ];

    private readonly MemberCommands _members = new(room, user, printer);
    private readonly PinCommands _pins = new(room, user, printer);
    private readonly ThreadCommands _threads = new(chat, room, printer);
    private readonly ScheduleCommands _schedule = new(room, user, printer);
    private readonly MentionCommands _mentions = new(room, user, printer);
    private readonly SearchCommands _search = new(chat, room, user, printer);
    private readonly ReadCommands _reading = new(room, user, printer);
    private readonly DirectoryCommands _directory = new(chat.Rooms, room, user, printer);
    private readonly InboxCommands _inbox = new(chat.User(user).Inbox, printer);
    private readonly PresenceCommands _presence = new(room.Presence, user, printer);

    /// <summary>The room or thread to enter after the last line; <see langword="null"/> to leave.</summary>
    public ChatRoom? Next => _threads.Next;

    /// <summary>Runs one line; <see langword="false"/> if it was the last.</summary>
    public async Task<bool> RunAsync(string line, CancellationToken cancellationToken)
    {
        var (command, rest) = line switch
        {
            ['/', '/', ..] => ("", line[1..]),
            ['/', ..] => Cut(line),
            _ => ("", line),
        };
        switch (command)
        {
            case "":
                await SendAsync(rest, null, cancellationToken);
                break;
            case "/history":
                await HistoryAsync(rest, cancellationToken);
                break;
            case "/from" when rest.Length > 0:
                ShowOrSay(await room.ReceiveAsync(new MessageQuery { User = rest, Limit = RoomView.DefaultCount, Reader = user }, cancellationToken));
                break;
            case "/reply" when Cut(rest) is var (id, text) && TryParseId(id, out var number) && text.Length > 0:
                await SendAsync(text, number, cancellationToken);
                break;
            case "/edit" when Cut(rest) is var (id, text) && TryParseId(id, out var number) && text.Length > 0:
                await EditAsync(number, text, cancellationToken);
                break;
            case "/delete" when TryParseId(rest, out var number):
                await DeleteAsync(number, cancellationToken);
                break;
            case "/delete" when TryParseRange(rest) is { } messages:
                await DeleteManyAsync(messages, cancellationToken);
                break;
            case "/purge" when rest.Length > 0:
                await DeleteManyAsync(MessageSelection.By(rest), cancellationToken);
                break;
            case "/react" when Cut(rest) is var (id, emoji) && TryParseId(id, out var number) && emoji.Length > 0:
                await ReactAsync(room.Reactions.AddAsync(number, user, emoji, cancellationToken), number);
                break;
            case "/unreact" when Cut(rest) is var (id, emoji) && TryParseId(id, out var number) && emoji.Length > 0:
                await ReactAsync(room.Reactions.RemoveAsync(number, user, emoji, cancellationToken), number);
                break;
            case "/thread" when TryParseId(rest, out var number):
                return !_threads.Enter(number);
            case "/room":
                return !_threads.GoBack();
            case "/pin" when TryParseId(rest, out var number):
                await PinAsync(number, cancellationToken);
                break;
            case "/unpin" when TryParseId(rest, out var number):
                await _pins.UnpinAsync(number, cancellationToken);
                break;
            case "/pins":
                await _pins.ListAsync(cancellationToken);
                break;
            case "/later" when Cut(rest) is var (time, text) && text.Length > 0 && await _schedule.AddAsync(time, text, cancellationToken):
                break;
            case "/scheduled":
                await _schedule.ListAsync(cancellationToken);
                break;
            case "/cancel" when await _schedule.CancelAsync(rest, cancellationToken):
                break;
            case "/search" when rest.Length > 0:
                await _search.FindAsync(rest, cancellationToken);
                break;
            case "/mentions":
                await _mentions.ListAsync(cancellationToken);
                break;
            case "/read":
                await _reading.ReadAsync(cancellationToken);
                break;
            case "/inbox":
                await _inbox.ListAsync(cancellationToken);
                break;
            case "/typing":
                await _presence.TypeAsync(cancellationToken);
                break;
            case "/help":
                Array.ForEach(Help.ReplaceLineEndings("\n").Split('\n'), printer.Note);
                break;
            case "/quit":
                return false;
            case var other when Cut(rest) is var (first, second) && await _members.RunAsync(other, first, second, cancellationToken):
                break;
            case var other when await _directory.RunAsync(other, rest, cancellationToken):
                break;
            default:
                printer.Error(Array.Find(Usages, usage => Cut(usage).First == command) is { } usage
                    ? $"{command} is written like this: {usage}."
                    : $"There is no command {command}. /help lists them; //TEXT sends a text that begins with /.");
                break;
        }

        return true;
    }

    private async Task SendAsync(string text, long? parent, CancellationToken cancellationToken)
    {
        var mentions = await _mentions.FindAsync(text, cancellationToken);
        var receipt = await room.SendAsync(new NewMessage(user, text) { ReplyTo = parent, Mentions = mentions }, cancellationToken);
        var message = new Message { Id = receipt.Id, User = user, Text = text, Timestamp = receipt.Timestamp, ReplyTo = parent };
        if (isTyped)
        {
            view.ShowSent(message);
        }
        else
        {
            view.ShowOwn(message);
        }
    }

    private async Task HistoryAsync(string rest, CancellationToken cancellationToken)
    {
        var count = RoomView.DefaultCount;
        if (rest.Length > 0
            && !(int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count is >= 1 and <= ChatLimits.MaxPageSize))
        {
            printer.Error($"/history takes a number from 1 to {ChatLimits.MaxPageSize}.");
            return;
        }

        ShowOrSay(await room.ReceiveAsync(new MessageQuery { Limit = count, Reader = user }, cancellationToken));
    }

    private async Task EditAsync(long id, string text, CancellationToken cancellationToken)
    {
        var edit = new MessageEdit(text) { Mentions = await _mentions.FindAsync(text, cancellationToken) };
        if (await room.EditAsync(id, user, edit, cancellationToken) is { } message)
        {
            view.ShowOwn(message);
        }
        else
        {
            printer.Note(NoSuch(id));
        }
    }

    private async Task DeleteAsync(long id, CancellationToken cancellationToken)
    {
        if (await room.DeleteAsync(id, user, cancellationToken: cancellationToken))
        {
            view.ShowOwnDeletion(id);
        }
        else
        {
            printer.Note(NoSuch(id));
        }
    }

    private async Task DeleteManyAsync(MessageSelection messages, CancellationToken cancellationToken)
    {
        var done = await room.DeleteManyAsync(messages, user, cancellationToken: cancellationToken);
        printer.Note(done.Deleted == 0 ? "There are no such messages." : $"Deleted {done.Deleted} {(done.Deleted == 1 ? "message" : "messages")}.");
    }

    private async Task PinAsync(long id, CancellationToken cancellationToken)
    {
        if (!await _pins.PinAsync(id, cancellationToken))
        {
            printer.Note(NoSuch(id));
        }
    }

    private async Task ReactAsync(Task<IReadOnlyList<Reaction>?> reacting, long id)
    {
        if (await reacting is { } reactions)
        {
            view.Show(id, reactions);
        }
        else
        {
            printer.Note(NoSuch(id));
        }
    }

    private void ShowOrSay(MessagePage page)
    {
        view.Show(page);
        if (page.Messages.Count == 0)
        {
            printer.Note("No messages.");
        }
    }

    private static string NoSuch(long id) => $"There is no message #{id}.";

    // Messages are printed as "#7", so that is what people type.
    private static bool TryParseId(string text, out long id) =>
        long.TryParse(text.StartsWith('#') ? text[1..] : text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id > 0;

    private static MessageSelection? TryParseRange(string text) =>
        text.Split('-') is [var first, var last] && TryParseId(first.Trim(), out var from) && TryParseId(last.Trim(), out var to) && from <= to
            ? MessageSelection.Between(from, to)
            : null;

    private static (string First, string Remainder) Cut(string text)
    {
        var end = text.IndexOf(' ');
        return end < 0 ? (text, "") : (text[..end], text[end..].Trim());
    }
}
