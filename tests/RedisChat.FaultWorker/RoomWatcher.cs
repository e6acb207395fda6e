namespace RedisChat.Faults;

/// <summary>Watches one room from its start. A restarting watcher keeps leaving and resumes from its saved position.</summary>
internal sealed class RoomWatcher(Chat chat, HistoryWriter history, string room, bool restarts, int seed)
{
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromMilliseconds(100);

    private readonly Random _random = new(seed);
    private readonly string _watcher = restarts ? $"{room}, restarting" : room;

    public async Task RunAsync(CancellationToken stop)
    {
        var kept = RoomPosition.Start.ToString();
        while (!stop.IsCancellationRequested)
        {
            var events = restarts ? _random.Next(1, 200) : int.MaxValue;
            history.Write(new WatchBegan(_watcher, room, kept));
            try
            {
                await foreach (var happened in chat.WatchAsync(room, RoomPosition.Parse(kept), stop))
                {
                    kept = happened.Position.ToString();
                    history.Write(ReceivedOf(happened, kept));
                    if (--events == 0)
                    {
                        break;
                    }
                }
            }
            catch (Exception e) when (stop.IsCancellationRequested && e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (ChatException e)
            {
                history.Write(new WatchFailed(_watcher, $"{e.GetType().Name}: {e.Message}"));
                await Task.Delay(PauseAfterError, CancellationToken.None);
            }
            catch (Exception e)
            {
                history.Write(new Broken($"The watcher of {_watcher} was thrown {e}"));
                return;
            }
        }
    }

    private Received ReceivedOf(RoomEvent happened, string position) => happened switch
    {
        RoomEvent.Created { Message: var message } => new(_watcher, ReceivedKind.Created, message.Id, HistoryMessage.Of(message), position),
        RoomEvent.Edited { Message: var message } => new(_watcher, ReceivedKind.Edited, message.Id, HistoryMessage.Of(message), position),
        RoomEvent.Deleted { MessageId: var id } => new(_watcher, ReceivedKind.Deleted, id, null, position),
        RoomEvent.Gap => new(_watcher, ReceivedKind.Gap, 0, null, position),
        _ => new(_watcher, ReceivedKind.CaughtUp, 0, null, position),
    };
}
