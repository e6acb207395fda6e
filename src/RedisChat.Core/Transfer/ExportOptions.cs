namespace RedisChat;

/// <summary>What to export, and how.</summary>
public sealed record ExportOptions
{
    /// <summary>The rooms to export, with their threads. <value>Default: empty, which means all rooms and all users.</value> Rooms that do not exist are left out.</summary>
    /// <remarks>What belongs to users across rooms (their lists of rooms, and drafts) is exported only with all rooms.</remarks>
    public IReadOnlyList<string> Rooms { get; init; } = [];

    /// <summary>Whether the files are compressed with gzip. <value>Default: <see langword="false"/>.</value></summary>
    public bool Compress { get; init; }
}
