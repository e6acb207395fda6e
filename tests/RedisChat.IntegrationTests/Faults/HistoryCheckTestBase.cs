using RedisChat.Faults;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Tests that make a history by hand, and check it.</summary>
public abstract class HistoryCheckTestBase
{
    private const string Room = "lobby";
    private const string Watcher = "lobby";
    private const ulong Epoch = 7;

    private readonly List<HistoryEvent> _events = [];
    private readonly List<HistoryMessage> _stored = [];
    private int _attempts;
    private long _tick;

    private protected HistoryFindings Check() =>
        HistoryCheck.Run(_events, [new StoredRoom(Room, new RoomPosition(Epoch, _stored.Count == 0 ? 0 : _stored.Max(message => message.Id), 1, 0), _stored)]);

    private protected IEnumerable<ViolationKind> Kinds() => Check().Violations.Select(violation => violation.Kind);

    private protected void SendStoreAndReceive(string name, long id)
    {
        Send(name, id);
        Store(name, id);
        Receive(ReceivedKind.Created, name, id);
    }

    private protected void Send(string name, long id, long? stamp = null) => Acknowledge(Begin(name), new Receipt(id, stamp ?? id, false));

    private protected int Begin(params string[] names)
    {
        _events.Add(new SendBegan(++_attempts, Room, "alice", names, true) { Tick = ++_tick });
        return _attempts;
    }

    private protected void Acknowledge(int attempt, params Receipt[] receipts) => _events.Add(new SendAcknowledged(attempt, receipts) { Tick = ++_tick });

    private protected void Fail(int attempt, bool mayHaveHappened) => _events.Add(new SendFailed(attempt, mayHaveHappened, "failed") { Tick = ++_tick });

    private protected void Change(long id, string? text, bool acknowledged)
    {
        _events.Add(new ChangeBegan(++_attempts, Room, id, text));
        _events.Add(acknowledged ? new ChangeAcknowledged(_attempts, true) : new ChangeFailed(_attempts, true, "failed"));
    }

    private protected void Store(string name, long id, string? text = null, long? stamp = null) => _stored.Add(MessageOf(name, id, text, stamp));

    private protected void Watch() => _events.Add(new WatchBegan(Watcher, Room, RoomPosition.Start.ToString()));

    private protected void Receive(ReceivedKind kind, string name, long id, string? text = null) =>
        _events.Add(new Received(
            Watcher, kind, id, kind == ReceivedKind.Deleted ? null : MessageOf(name, id, text, null), new RoomPosition(Epoch, id, id, 0).ToString()));

    /// <summary>A worker reports that it is broken.</summary>
    private protected void Break(string what) => _events.Add(new Broken(what));

    private protected void Gap(long last) => _events.Add(new Received(Watcher, ReceivedKind.Gap, 0, null, new RoomPosition(Epoch, last, last, 0).ToString()));

    private static HistoryMessage MessageOf(string name, long id, string? text, long? stamp) =>
        new(id, name, "alice", text ?? name, text is null ? 1 : 2, stamp ?? id);
}
