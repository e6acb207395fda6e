namespace RedisChat;

/// <summary>A store's events, counted as they are consumed. Adds no async step of its own.</summary>
internal sealed class CountedEvents(IAsyncEnumerable<RoomEvent> events, CancellationToken cancellationToken) : IAsyncEnumerable<RoomEvent>
{
    public IAsyncEnumerator<RoomEvent> GetAsyncEnumerator(CancellationToken ofEnumeration) =>
        new Enumerator(events.GetAsyncEnumerator(ofEnumeration.CanBeCanceled ? ofEnumeration : cancellationToken));

    private sealed class Enumerator : IAsyncEnumerator<RoomEvent>
    {
        private readonly IAsyncEnumerator<RoomEvent> _events;
        private bool _isTaken;
        private bool _isDisposed;

        public Enumerator(IAsyncEnumerator<RoomEvent> events)
        {
            _events = events;
            ChatTelemetry.Watching(+1);
        }

        public RoomEvent Current
        {
            get
            {
                if (!_isTaken)
                {
                    _isTaken = true;
                    ChatTelemetry.DeliveredEvent();
                }

                return _events.Current;
            }
        }

        public ValueTask<bool> MoveNextAsync()
        {
            _isTaken = false;
            return _events.MoveNextAsync();
        }

        public ValueTask DisposeAsync()
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                ChatTelemetry.Watching(-1);
            }

            return _events.DisposeAsync();
        }
    }
}
