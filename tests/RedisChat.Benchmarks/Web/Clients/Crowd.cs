using System.Globalization;
using RedisChat.Benchmarks.Web.Nodes;

namespace RedisChat.Benchmarks.Web.Clients;

/// <summary>Clients of one node, each connected as a user of its own.</summary>
internal sealed class Crowd : IReceiver, IDisposable
{
    /// <summary>Fewer than the node's backlog: a connection beyond that waits a second for its next attempt.</summary>
    private const int ConcurrentConnects = 32;

    /// <summary>Enough for the node's runtime to compile the hot paths a second time.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    /// <summary>How long after the last send the others are waited for before a client that reads nothing is disconnected.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly WebTarget _target;
    private readonly string[] _rooms;
    private readonly WebClient[] _clients;
    private readonly int _roomsEach;
    private volatile Arrivals? _arrivals;
    private volatile Exception? _error;

    private Crowd(WebTarget target, string[] rooms, int clients, int roomsEach) =>
        (_target, _rooms, _clients, _roomsEach, MegabytesBefore) = (target, rooms, new WebClient[clients], roomsEach, target.Node.ResidentMegabytes);

    public WebTarget Target => _target;

    public IReadOnlyList<string> Rooms => _rooms;

    /// <summary>The node's resident memory before the clients connected, in MB.</summary>
    public double MegabytesBefore { get; }

    public IReadOnlyList<WebClient> Clients => _clients;

    /// <summary>Connects clients, and spreads them over rooms: each has one room, or all.</summary>
    public static async Task<Crowd> OpenAsync(WebTarget target, int clients, int rooms, bool isInAllRooms)
    {
        target.Run.Progress.Say($"{target.Name}: connecting {clients} clients");
        string[] names = [.. Enumerable.Range(0, rooms).Select(_ => target.Run.NewName())];
        var crowd = await ConnectAsync(target, names, clients, isInAllRooms ? rooms : 1);
        try
        {
            await crowd.ForEachAsync(async number =>
            {
                var client = crowd._clients[number];
                client.Begin(target.Open(UserName(number), isInAllRooms ? names : [crowd.RoomOf(number)]));
                await client.Ready;
            });
            return crowd;
        }
        catch
        {
            crowd.Dispose();
            throw;
        }
    }

    /// <summary>Connects clients that open nothing yet.</summary>
    public static async Task<Crowd> ConnectAsync(WebTarget target, string[] rooms, int clients, int roomsEach = 1)
    {
        var crowd = new Crowd(target, rooms, clients, roomsEach);
        try
        {
            await crowd.ForEachAsync(async number => crowd._clients[number] = await WebClient.ConnectAsync(target, crowd, number));
            return crowd;
        }
        catch
        {
            crowd.Dispose();
            throw;
        }
    }

    public static string UserName(int number) => string.Create(CultureInfo.InvariantCulture, $"user{number}");

    public string RoomOf(int client) => _rooms[client % _rooms.Length];

    /// <summary>Begins to count what clients receive.</summary>
    /// <param name="each">How many messages each client is to receive.</param>
    public Arrivals Expect(int each)
    {
        var arrivals = new Arrivals(_clients.Length, each);
        _arrivals = arrivals;
        if (_error is { } error)
        {
            arrivals.Failed(error);
        }

        return arrivals;
    }

    /// <summary>Measures for nothing, at twice the pace: what a node spends on compiling is gone after its first minute.</summary>
    public Task WarmUpAsync(int perSecond, Func<int, string> text)
    {
        _target.Run.Progress.Say($"{_target.Name}: warming up");
        return MeasureAsync(WarmUp, 2 * perSecond, text);
    }

    /// <summary>Sends at a steady pace to the rooms in turns, and measures until every client has received all of its messages.</summary>
    /// <param name="duration">How long to send.</param>
    /// <param name="perSecond">How many messages a second.</param>
    /// <param name="text">The text of a message, by its number.</param>
    /// <param name="stuck">A client that reads nothing. It is disconnected when the others have received everything, or have had half a second after the last send.</param>
    public async Task<WebFigures> MeasureAsync(TimeSpan duration, int perSecond, Func<int, string> text, WebClient? stuck = null)
    {
        var pace = new Pace(duration, perSecond, _rooms.Length);
        var arrivals = Expect(pace.Messages / _rooms.Length * _roomsEach);
        var cpu = TimeSpan.Zero;
        await pace.SendAsync(
            number => _target.SendAsync(_rooms[number % _rooms.Length], text(number)),
            () =>
            {
                arrivals.Count();
                cpu = _target.Node.ProcessorTime;
            },
            _target.Run.Ending);
        if (stuck is not null)
        {
            await arrivals.CompletedAsync(Grace, _target.Run.Ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stuck.Dispose();
        }

        await arrivals.CompletedAsync(Patience, _target.Run.Ending);
        return new(arrivals.Times(), (_target.Node.ProcessorTime - cpu) / pace.Counted, _target.Node.ResidentMegabytes);
    }

    public void Received(int client, long published, long now)
    {
        if (client != WebClient.NoNumber)
        {
            (_arrivals ?? throw new InvalidOperationException("A client has received a message that nobody sent.")).Received(client, published, now);
        }
    }

    public void Failed(Exception error)
    {
        _error = error;
        _arrivals?.Failed(error);
    }

    public void Dispose()
    {
        foreach (var client in _clients)
        {
            client?.Dispose();
        }
    }

    private Task ForEachAsync(Func<int, Task> action) => Parallel.ForEachAsync(
        Enumerable.Range(0, _clients.Length),
        new ParallelOptions { MaxDegreeOfParallelism = ConcurrentConnects, CancellationToken = _target.Run.Ending },
        async (number, _) => await action(number));
}
