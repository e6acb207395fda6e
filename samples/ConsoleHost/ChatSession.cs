using System.Globalization;

namespace RedisChat.ConsoleHost;

/// <summary>One user in one room: reads lines, runs them as commands or sends them, and shows events from others.</summary>
/// <param name="room">The room.</param>
/// <param name="user">The user.</param>
/// <param name="printer">Prints messages and events.</param>
/// <param name="input">The lines.</param>
/// <param name="isTyped">Whether the lines are on the screen already, because they are typed at the terminal that shows the output.</param>
internal sealed class ChatSession(ChatRoom room, string user, Printer printer, TextReader input, bool isTyped = false) : IDisposable
{
    private const int DefaultCount = 20;

    // Version 0 stands for the deletion of a message.
    private const int Deletion = 0;

    // Commands and events take turns, so a command shows the user's own action before it comes back as an event.
    private readonly SemaphoreSlim _turn = new(1);
    private readonly HashSet<(long Id, int Version)> _own = [];
    private RoomPosition _opened;

    private const string Commands = """
        /history [N]     the last N messages (20)
        /from USER       the last messages of one user
        /edit ID TEXT    give a message of yours another text
        /delete ID       delete a message of yours
        /help            this list
        /quit            leave
        //TEXT           send a text that begins with /
        Anything else is sent.
        """;

    public void Dispose() => _turn.Dispose();

    /// <summary>Shows the newest messages; <see langword="false"/> if the room cannot be read.</summary>
    public async Task<bool> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            var page = await room.ReceiveAsync(new MessageQuery { Limit = DefaultCount }, cancellationToken);
            Show(page);
            _opened = page.Position;
            return true;
        }
        catch (ChatException e)
        {
            printer.Error($"The room cannot be opened. {Explanation.Of(e)}");
            return false;
        }
    }

    /// <summary>Runs the typed lines until the input ends, and shows events from others.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = WatchAsync(leaving.Token);
        try
        {
            await ReadLinesAsync(cancellationToken);
        }
        finally
        {
            await leaving.CancelAsync();
            await watching;
        }
    }

    /// <summary>Shows all events after the opening page.</summary>
    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var happened in room.WatchAsync(_opened, cancellationToken))
            {
                await _turn.WaitAsync(cancellationToken);
                try
                {
                    await ShowAsync(happened, cancellationToken);
                }
                finally
                {
                    _turn.Release();
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The user leaves.
        }
        catch (NotSupportedException)
        {
            // The classic layout cannot be watched: /history shows messages from others.
        }
        catch (ChatException e)
        {
            printer.Error($"What others write is not shown any more. {Explanation.Of(e)}");
        }
    }

    private async Task ShowAsync(RoomEvent happened, CancellationToken cancellationToken)
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
            case RoomEvent.Gap:
                printer.Note("A part of the room's history was lost or missed. This is the room now:");
                try
                {
                    Show(await room.ReceiveAsync(new MessageQuery { Limit = DefaultCount }, cancellationToken));
                }
                catch (ChatUnavailableException e)
                {
                    // Watching resumes on its own once the server is back.
                    printer.Error($"{Explanation.Of(e)} /history shows the room.");
                }

                break;
        }
    }

    private void ShowOwn(Message message)
    {
        _own.Add((message.Id, message.Version));
        Show(message);
    }

    private async Task ReadLinesAsync(CancellationToken cancellationToken)
    {
        // Reading a console blocks a thread. A pool thread delays neither Ctrl+C nor the exit.
        while (await Task.Run(input.ReadLine, cancellationToken).WaitAsync(cancellationToken) is { } line)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            await _turn.WaitAsync(cancellationToken);
            try
            {
                if (!await RunLineAsync(line, cancellationToken))
                {
                    return;
                }
            }
            catch (ChatForbiddenException)
            {
                printer.Error("That message was written by someone else: only its author may change it.");
            }
            catch (Exception e) when (e is ChatException or ChatInputException or NotSupportedException)
            {
                printer.Error(Explanation.Of(e));
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    /// <summary>Runs one line; <see langword="false"/> if it was the last.</summary>
    private async Task<bool> RunLineAsync(string line, CancellationToken cancellationToken)
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
                await SendAsync(rest, cancellationToken);
                break;
            case "/history":
                await HistoryAsync(rest, cancellationToken);
                break;
            case "/from" when rest.Length > 0:
                ShowOrSay(await room.ReceiveAsync(new MessageQuery { User = rest, Limit = DefaultCount }, cancellationToken));
                break;
            case "/edit" when Cut(rest) is var (id, text) && TryParseId(id, out var number) && text.Length > 0:
                await EditAsync(number, text, cancellationToken);
                break;
            case "/delete" when TryParseId(rest, out var number):
                await DeleteAsync(number, cancellationToken);
                break;
            case "/help":
                Array.ForEach(Commands.ReplaceLineEndings("\n").Split('\n'), printer.Note);
                break;
            case "/quit":
                return false;
            case "/from" or "/edit" or "/delete":
                printer.Error($"{command} is written like this: {(command switch { "/from" => "/from USER", "/edit" => "/edit ID TEXT", _ => "/delete ID" })}.");
                break;
            default:
                printer.Error($"There is no command {command}. /help lists them; //TEXT sends a text that begins with /.");
                break;
        }

        return true;
    }

    private async Task SendAsync(string text, CancellationToken cancellationToken)
    {
        var receipt = await room.SendAsync(user, text, cancellationToken);
        var message = new Message { Id = receipt.Id, User = user, Text = text, Timestamp = receipt.Timestamp };
        if (isTyped)
        {
            _own.Add((message.Id, message.Version));
            printer.Sent(message);
        }
        else
        {
            ShowOwn(message);
        }
    }

    private async Task HistoryAsync(string rest, CancellationToken cancellationToken)
    {
        var count = DefaultCount;
        if (rest.Length > 0
            && !(int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count is >= 1 and <= ChatLimits.MaxPageSize))
        {
            printer.Error($"/history takes a number from 1 to {ChatLimits.MaxPageSize}.");
            return;
        }

        ShowOrSay(await room.ReceiveAsync(new MessageQuery { Limit = count }, cancellationToken));
    }

    private async Task EditAsync(long id, string text, CancellationToken cancellationToken)
    {
        if (await room.EditAsync(id, user, text, cancellationToken) is { } message)
        {
            ShowOwn(message);
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
            _own.Add((id, Deletion));
            printer.Note($"Deleted #{id}.");
        }
        else
        {
            printer.Note(NoSuch(id));
        }
    }

    private void ShowOrSay(MessagePage page)
    {
        Show(page);
        if (page.Messages.Count == 0)
        {
            printer.Note("No messages.");
        }
    }

    private void Show(MessagePage page)
    {
        foreach (var message in page.Messages)
        {
            Show(message);
        }

        if (page.Unreadable.Count > 0)
        {
            var ids = string.Join(", ", page.Unreadable.Select(message => message.Id is { } id ? $"#{id}" : "one without a number"));
            printer.Error($"{page.Unreadable.Count} of these could not be read and are left out: {ids}.");
        }
    }

    private void Show(Message message) => printer.Message(message, own: message.User == user);

    private static string NoSuch(long id) => $"There is no message #{id}.";

    // Messages are printed as "#7", so that is what people type.
    private static bool TryParseId(string text, out long id) =>
        long.TryParse(text.StartsWith('#') ? text[1..] : text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id > 0;

    private static (string First, string Remainder) Cut(string text)
    {
        var end = text.IndexOf(' ');
        return end < 0 ? (text, "") : (text[..end], text[end..].Trim());
    }
}
