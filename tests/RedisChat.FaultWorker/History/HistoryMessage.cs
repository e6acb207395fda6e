namespace RedisChat.Faults;

/// <summary>A message as a watcher received it, or as the store holds it.</summary>
/// <param name="Id">Its number in the room.</param>
/// <param name="Name">Its unique name: see <see cref="SendBegan"/>.</param>
/// <param name="User">Its author.</param>
/// <param name="Text">Its text: the name, until it is edited.</param>
/// <param name="Version">Its version.</param>
/// <param name="Stamp">Its time in µs.</param>
internal sealed record HistoryMessage(long Id, string Name, string User, string Text, int Version, long Stamp)
{
    /// <summary>The metadata entry with a message's name, which an edit does not change.</summary>
    public const string NameEntry = "name";

    public static HistoryMessage Of(Message message) => new(
        message.Id, message.Metadata.GetValueOrDefault(NameEntry, ""), message.User, message.Text, message.Version,
        (message.Timestamp - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
}
