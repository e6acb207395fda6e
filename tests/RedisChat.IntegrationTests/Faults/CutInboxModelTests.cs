#if NET10_0_OR_GREATER
using System.Net;
using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Inboxes equal the model while connections are cut all the time, so that calls are repeated and live events are lost.</summary>
public sealed class CutInboxModelTests(TestServer server) : InboxModelTests(new CutStores(server))
{
    protected override int Histories => 3;

    protected override bool LosesAnswers => true;
}

/// <summary>Stores behind a network that cuts all connections every few hundred milliseconds.</summary>
internal sealed class CutStores(TestServer server) : StoreFactory
{
    private static readonly RedisStoreOptions Options = new() { LiveProbeInterval = TimeSpan.FromMilliseconds(500), SealAfter = 1 };

    public override IMessageStore Open()
    {
        var proxy = new FaultProxy(((IPEndPoint)server.Connection.GetEndPoints()[0]).Port);
        return new CutStore(proxy, new RedisMessageStore(proxy.Configuration, Options));
    }

    /// <summary>A store that cuts its connections until it is disposed.</summary>
    private sealed class CutStore : IMessageStore, IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly FaultProxy _proxy;
        private readonly RedisMessageStore _store;
        private readonly Task _cutting;

        public CutStore(FaultProxy proxy, RedisMessageStore store)
        {
            (_proxy, _store) = (proxy, store);
            _cutting = Task.Run(CutAsync);
        }

        private IMessageStore Inner => _store;

        public bool RecognizesRepeatedAppends => Inner.RecognizesRepeatedAppends;

        public object? GetAbility(Type ability) => Inner.GetAbility(ability);

        public ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default) =>
            Inner.AppendAsync(room, messages, cancellationToken);

        public ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default) => Inner.GetAsync(room, id, cancellationToken);

        public ValueTask<MessagePage> ReadAsync(string room, MessageQuery query, CancellationToken cancellationToken = default) =>
            Inner.ReadAsync(room, query, cancellationToken);

        public ValueTask<MessageChange> ChangeAsync(string room, long id, Func<Message, MessageDecision> decide, CancellationToken cancellationToken = default) =>
            Inner.ChangeAsync(room, id, decide, cancellationToken);

        public ValueTask<RoomChanges> ReadChangesAsync(string room, RoomPosition after, int limit, CancellationToken cancellationToken = default) =>
            Inner.ReadChangesAsync(room, after, limit, cancellationToken);

        public IAsyncEnumerable<RoomEvent> WatchAsync(string room, WatchOptions options, CancellationToken cancellationToken = default) =>
            Inner.WatchAsync(room, options, cancellationToken);

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _cutting;
            await _store.DisposeAsync();
            await _proxy.DisposeAsync();
        }

        private async Task CutAsync()
        {
            while (!_end.IsCancellationRequested)
            {
                await Task.Delay(Random.Shared.Next(200, 600), _end.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
                _proxy.Cut();
            }
        }
    }
}
#endif
