using System.Globalization;
using System.Text;

namespace RedisChat.Redis;

/// <summary>An entry of what is due: when it was created (µs), the scheduled message's id, its author and its room, separated by line feeds, which no id contains.</summary>
internal readonly record struct DueEntry(string Created, string Id, string User, string Room)
{
    // A message is stored right after its entry, or the process has died in between. No call takes that long.
    private static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(10);

    /// <summary>The entry without its beginning, which the server's clock gives.</summary>
    public static string Rest(ScheduledMessage scheduled) => $"\n{scheduled.Id}\n{scheduled.Message.User}\n{scheduled.Room}";

    public static bool TryRead(string text, out DueEntry entry)
    {
        var parts = text.Split('\n');
        entry = parts.Length == 4 ? new DueEntry(parts[0], parts[1], parts[2], parts[3]) : default;
        return parts.Length == 4 && StrictNumber.TryRead(parts[0], out _);
    }

    /// <summary>Whether its message, which does not exist, will not be stored any more.</summary>
    /// <param name="now">The server's time, µs.</param>
    public bool IsAbandoned(long now) =>
        now - long.Parse(Created, CultureInfo.InvariantCulture) > Abandoned.Ticks / TimeSpan.TicksPerMicrosecond;

    public override string ToString() => new StringBuilder(Created).Append('\n').Append(Id).Append('\n').Append(User).Append('\n').Append(Room).ToString();
}
