namespace RedisChat.Faults;

/// <summary>A message as a watcher was told of it, or as it stands in the store.</summary>
/// <param name="Id">Its number in the room.</param>
/// <param name="Name">Under which it was sent: see <see cref="SendBegan"/>.</param>
/// <param name="User">Its author.</param>
/// <param name="Text">Its text: the name, until it is edited.</param>
/// <param name="Version">Its version.</param>
/// <param name="Stamp">Its time in µs.</param>
internal sealed record HistoryMessage(long Id, string Name, string User, string Text, int Version, long Stamp)
{
    /// <summary>Where a message keeps its name, which an edit leaves alone.</summary>
    public const string NameEntry = "name";

    public static HistoryMessage Of(Message message) => new(
        message.Id, message.Metadata.GetValueOrDefault(NameEntry, ""), message.User, message.Text, message.Version,
        (message.Timestamp - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
}
