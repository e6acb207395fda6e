namespace RedisChat;

/// <summary>How to migrate rooms from another layout: see <see cref="ChatTransfer.MigrateAsync"/>.</summary>
public sealed record MigrationOptions
{
    /// <summary>The rooms to migrate. <value>Default: empty, which means all rooms that a search for keys finds.</value></summary>
    public IReadOnlyList<string> Rooms { get; init; } = [];

    /// <summary>
    /// Whether to complete the migration: this pass makes the rooms exact and opens them to this chat. <value>Default: <see langword="false"/>, which copies and leaves the rooms closed.</value> Set it only once no program
    /// writes the old layout any longer: ids that it assigns later are also assigned by this chat.
    /// </summary>
    public bool Complete { get; init; }

    /// <summary>Whether to only report what would be copied or refused, and write nothing. <value>Default: <see langword="false"/>.</value></summary>
    public bool DryRun { get; init; }
}
