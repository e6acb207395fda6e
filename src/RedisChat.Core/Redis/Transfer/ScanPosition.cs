namespace RedisChat.Redis;

/// <summary>
/// Where a scan is. A position means nothing to a server that was restarted since, nor to one that has taken over: it would leave out elements without an error. So a scan begins again whenever the connection has changed, and returns
/// elements twice.
/// </summary>
/// <param name="calls">Runs the calls.</param>
/// <param name="socketsOf">The connections that the scan may use.</param>
internal sealed class ScanPosition(TransferCalls calls, Func<RedisLink, RedisSocket[]> socketsOf)
{
    private const string Start = "0";

    private (RedisLink? Link, RedisSocket[] Sockets) _over = Connected(calls, socketsOf);

    /// <summary>The position from which to read the next page.</summary>
    public string From { get; private set; } = Start;

    /// <summary>Continues after a page; returns <see langword="false"/> if it was the last one.</summary>
    /// <param name="next">The position that came with the page.</param>
    public bool Continue(string next)
    {
        var over = Connected(calls, socketsOf);
        var isWhole = From == Start && next == Start;
        var isSame = over.Link == _over.Link && over.Sockets.SequenceEqual(_over.Sockets);
        (From, _over) = (isSame ? next : Start, over);
        return !isWhole && (next != Start || !isSame);
    }

    private static (RedisLink? Link, RedisSocket[] Sockets) Connected(TransferCalls calls, Func<RedisLink, RedisSocket[]> socketsOf)
    {
        var link = calls.Context.Connection.Current;
        return (link, link is null ? [] : socketsOf(link));
    }
}
