using StackExchange.Redis;

namespace RedisChat.Benchmarks.Life;

/// <summary>The share of rooms for which something has happened.</summary>
/// <param name="server">The server.</param>
/// <param name="rooms">The rooms.</param>
/// <param name="read">Reads a value of a room. Must not wait.</param>
/// <param name="hasHappened">Whether the value, compared with that before, says that it has happened.</param>
/// <param name="startsOver">Whether each run does everything again, so that the value before is that before the run; otherwise it is that before the first run.</param>
internal sealed class RoomsProbe(
    LifeServer server, IReadOnlyList<string> rooms, Func<IDatabaseAsync, string, Task<string>> read, Func<string, string, bool> hasHappened, bool startsOver = false) : LifeProbe
{
    private string[]? _before;

    public override async Task BeginAsync() => _before = startsOver ? await AllAsync() : _before ?? await AllAsync();

    protected override async Task<double> ReadAsync() => (await AllAsync()).Zip(_before!).Count(values => hasHappened(values.Second, values.First)) / (double)rooms.Count;

    private Task<string[]> AllAsync()
    {
        var database = server.Database;
        return Task.WhenAll(rooms.Select(room => read(database, room)));
    }
}
