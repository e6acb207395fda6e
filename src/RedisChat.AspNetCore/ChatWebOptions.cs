namespace RedisChat.AspNetCore;

/// <summary>How a chat is served over the web: see <c>AddWeb</c>. Invalid values stop the host at startup.</summary>
public sealed class ChatWebOptions
{
    /// <summary>
    /// The origins of pages, such as <c>https://app.example.com</c>, that may write although they were not served by this host. Requests that change something, and hub connections, are refused
    /// from all others. If there are any, the endpoints also let these pages read the answers, which needs <c>app.UseCors()</c>: without it every request fails.
    /// </summary>
    /// <value>Empty by default: only pages of the same origin.</value>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>How long an event stream is silent before a comment keeps it open, so that both ends notice a broken connection.</summary>
    /// <value>1 s to 5 min; 15 s by default. The browser client takes a stream for dead after 40 s of silence.</value>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a client may take no data before its stream is cut off. It can come back and continues where it was.</summary>
    /// <value>1 s to 5 min; 10 s by default.</value>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often <see cref="IChatAccess"/> is asked again for open streams and hub connections.</summary>
    /// <value>1 s to 1 h; 30 s by default.</value>
    public TimeSpan AccessInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The most events that a stream catches up on in each room, before it reports a gap instead: see <see cref="WatchOptions.MaxCatchUp"/>.</summary>
    /// <value>0 to 10,000; 500 by default.</value>
    public int MaxCatchUp { get; set; } = 500;

    /// <summary>The most rooms of one event stream or hub connection.</summary>
    /// <value>1 to 10,000; 200 by default.</value>
    public int MaxRoomsPerStream { get; set; } = 200;

    /// <summary>The most event streams and hub connections that one user has open on one node.</summary>
    /// <value>1 to 10,000; 32 by default.</value>
    public int MaxStreamsPerUser { get; set; } = 32;

    /// <summary>The most messages that one user writes part by part on one node at a time.</summary>
    /// <value>1 to 10,000; 32 by default.</value>
    public int MaxWritersPerUser { get; set; } = 32;

    /// <summary>How long a client that writes a message part by part may send nothing before the message is abandoned.</summary>
    /// <value>1 s to 1 h; 60 s by default.</value>
    public TimeSpan WritingTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The largest request body in bytes; of a message that is written part by part, the longest line.</summary>
    /// <value>1 KiB to 16 MiB; 256 KiB by default.</value>
    public int MaxBodyBytes { get; set; } = 256 * 1024;

    /// <summary>
    /// How many requests each user may make on one node; <see langword="null"/>, the default, sets no limit. A send that repeats a stored one is never refused. Slow mode and the flood limit of a room
    /// (<see cref="RuleSet"/>) hold over all nodes.
    /// </summary>
    public RequestLimit? RequestLimit { get; set; }
}
