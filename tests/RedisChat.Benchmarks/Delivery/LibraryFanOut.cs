using RedisChat.Benchmarks.Ratios;

namespace RedisChat.Benchmarks.Delivery;

/// <summary>Ours. Sender and watchers have a connection each, as two processes would: every message is stored, and every watcher's sequence is checked.</summary>
internal sealed class LibraryFanOut(RunContext run) : IFanOut
{
    private readonly RedisMessageStore _sending = run.NewStore();
    private readonly RedisMessageStore _watching = run.NewStore();

    public string Name => "RedisChat";

    public async Task<IFanOutRoom> OpenAsync(int watchers, Reception reception)
    {
        var room = new Room(new Chat(_sending), run.NewName());
        await room.WatchAsync(new Chat(_watching), watchers, reception);
        return room;
    }

    public async ValueTask DisposeAsync()
    {
        await _sending.DisposeAsync();
        await _watching.DisposeAsync();
    }

    private sealed class Room(Chat sending, string name) : IFanOutRoom
    {
        private readonly CancellationTokenSource _end = new();
        private Task[] _watchers = [];

        public async Task WatchAsync(Chat watching, int watchers, Reception reception)
        {
            var ready = new CountdownEvent(watchers);
            var allReady = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _watchers = [.. Enumerable.Range(0, watchers).Select(watcher => Task.Run(async () =>
            {
                try
                {
                    await foreach (var happened in watching.WatchAsync(name, cancellationToken: _end.Token))
                    {
                        switch (happened)
                        {
                            case RoomEvent.Created { Message: var message }:
                                reception.Received(
                                    watcher, reception.IsNumbered ? FanOutText.NumberOf(message.Text) : 0, Clock.Micros(message.Timestamp));
                                break;
                            case RoomEvent.CaughtUp when ready.Signal():
                                allReady.SetResult();
                                break;
                        }
                    }
                }
                catch (OperationCanceledException)
                {
                    // Watching ends with this exception.
                }
                catch (Exception e)
                {
                    reception.Failed(e);
                }
            }))];
            await allReady.Task.WaitAsync(TimeSpan.FromSeconds(10));
        }

        public Task SendAsync(int number) => sending.SendAsync(name, "alice", FanOutText.Of(number));

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await Task.WhenAll(_watchers);
            _end.Dispose();
        }
    }
}
