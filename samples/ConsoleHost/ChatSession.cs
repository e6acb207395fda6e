using RedisChat.Terminal;

namespace RedisChat.ConsoleHost;

/// <summary>One user in one room: reads lines, runs them as commands or sends them, and shows events from others.</summary>
internal sealed class ChatSession : IDisposable
{
    private static readonly TimeSpan DeletionPause = TimeSpan.FromMilliseconds(500);

    // Commands and events take turns, so a command shows the user's own action before it comes back as an event.
    private readonly SemaphoreSlim _turn = new(1);
    private readonly RoomView _view;
    private readonly RoomCommands _commands;
    private readonly Chat _chat;
    private readonly RoomDirectory _rooms;
    private readonly ChatRoom _room;
    private readonly string _user;
    private readonly Printer _printer;
    private readonly TextReader _input;
    private RoomPosition _opened;

    /// <param name="chat">The chat.</param>
    /// <param name="room">The room.</param>
    /// <param name="user">The user.</param>
    /// <param name="printer">Prints what happens.</param>
    /// <param name="input">The lines.</param>
    /// <param name="isTyped">Whether the lines are on the screen already, because they are typed at the terminal that shows the output.</param>
    public ChatSession(Chat chat, ChatRoom room, string user, Printer printer, TextReader input, bool isTyped = false)
    {
        (_chat, _rooms, _room, _printer, _input) = (chat, chat.Rooms, room, printer, input);
        _view = new RoomView(chat.Rooms, room, user, printer);
        _commands = new RoomCommands(chat, room, user, _view, printer, isTyped);
        _user = user;
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>Shows the newest messages; <see langword="false"/> if the room cannot be read.</summary>
    public async Task<bool> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            var page = await _room.ReceiveAsync(new MessageQuery { Limit = RoomView.DefaultCount, Reader = _user }, cancellationToken);
            _view.Show(page);
            _opened = page.Position;
            await new ReadCommands(_room, _user, _printer).EnterAsync(cancellationToken);
            return true;
        }
        catch (ChatException e)
        {
            _printer.Error($"The room cannot be opened. {Explanation.Of(e)}");
            return false;
        }
    }

    /// <summary>Runs what is typed, until it ends, and shows what others do meanwhile.</summary>
    /// <returns>The room or thread that the user enters next; <see langword="null"/> if the user leaves.</returns>
    public async Task<ChatRoom?> RunAsync(CancellationToken cancellationToken)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = WatchAsync(leaving.Token);
        var sending = SendScheduledAsync(leaving.Token);
        var indexing = new SearchCommands(_chat, _room, _user, _printer).FeedAsync(leaving.Token);
        var present = await new PresenceCommands(_room.Presence, _user, _printer).EnterAsync(cancellationToken);
        try
        {
            await ReadLinesAsync(cancellationToken);
        }
        finally
        {
            await (present?.DisposeAsync() ?? default);
            await leaving.CancelAsync();
            await watching;
            await sending;
            await indexing;
        }

        return _commands.Next;
    }

    /// <summary>Sends what is due, this user's messages and those of others.</summary>
    private async Task SendScheduledAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _chat.RunScheduleAsync(cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or NotSupportedException)
        {
            // The user leaves; or it is the classic layout, in which nothing can be scheduled.
        }
    }

    /// <summary>Shows what happens from the opening page on.</summary>
    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            // The deletion of the room ends a watch. The user may stay, so what happens in a new room of this name is shown too.
            for (var after = _opened; ; after = RoomPosition.Start)
            {
                await foreach (var happened in _room.WatchAsync(new WatchOptions { After = after, As = _user }, cancellationToken))
                {
                    await _turn.WaitAsync(cancellationToken);
                    try
                    {
                        await _view.ShowAsync(happened, cancellationToken);
                    }
                    finally
                    {
                        _turn.Release();
                    }
                }

                if (_room.ThreadId is not null)
                {
                    // A thread is deleted with its message, or with its room.
                    return;
                }

                while ((await _rooms.GetInfoAsync(_room.Id, cancellationToken)).IsBeingDeleted)
                {
                    await Task.Delay(DeletionPause, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The user leaves.
        }
        catch (NotSupportedException)
        {
            // The classic layout cannot be watched: /history shows what others wrote.
        }
        catch (ChatException e)
        {
            _printer.Error($"What others write is not shown any more. {Explanation.Of(e)}");
        }
    }

    private async Task ReadLinesAsync(CancellationToken cancellationToken)
    {
        // Reading a console blocks a thread. A pool thread delays neither Ctrl+C nor the exit.
        while (await Task.Run(_input.ReadLine, cancellationToken).WaitAsync(cancellationToken) is { } line)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            await _turn.WaitAsync(cancellationToken);
            try
            {
                if (!await _commands.RunAsync(line, cancellationToken))
                {
                    return;
                }
            }
            catch (Exception e) when (e is ChatException or ChatInputException or NotSupportedException)
            {
                _printer.Error(Explanation.Of(e));
            }
            finally
            {
                _turn.Release();
            }
        }
    }
}
