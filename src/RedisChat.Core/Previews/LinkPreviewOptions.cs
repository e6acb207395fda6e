namespace RedisChat;

/// <summary>Settings of link previews, for chats with an <see cref="ILinkPreviewer"/>.</summary>
public sealed class LinkPreviewOptions
{
    /// <summary>How long the previewer has for one link.</summary>
    /// <value>10 seconds; 10 milliseconds to 1 minute.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many messages may wait for their previews. Further ones stay without.</summary>
    /// <value>256; 1 to 100,000.</value>
    public int MaxPending { get; set; } = 256;

    /// <summary>How many messages are previewed at the same time.</summary>
    /// <value>4; 1 to 64.</value>
    public int MaxConcurrent { get; set; } = 4;

    internal IEnumerable<string?> Problems(string name) =>
    [
        OptionsProblems.InRange(name, nameof(Timeout), Timeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1)),
        OptionsProblems.InRange(name, nameof(MaxPending), MaxPending, 1, 100_000),
        OptionsProblems.InRange(name, nameof(MaxConcurrent), MaxConcurrent, 1, 64),
    ];
}
