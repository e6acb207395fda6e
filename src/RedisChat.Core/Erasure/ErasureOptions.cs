namespace RedisChat;

/// <summary>How a user is erased: see <see cref="ChatUser.EraseAsync"/>. Immutable.</summary>
public sealed record ErasureOptions
{
    /// <summary>What happens to the user's messages.</summary>
    /// <value>By default, <see cref="ErasureMode.Remove"/>.</value>
    public ErasureMode Mode { get; init; }

    /// <summary>Only counts what there is, without changing anything. The report has no <see cref="ErasureReport.Alias"/> and no <see cref="ErasureReport.Findings"/>.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Whether to search everything that is stored for the user's id at the end: see <see cref="ErasureReport.Findings"/>. This reads the whole history of all rooms, inside the server.</summary>
    /// <value>By default, <see langword="true"/>.</value>
    public bool Verify { get; init; } = true;
}
