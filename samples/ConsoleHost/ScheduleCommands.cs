using System.Globalization;

namespace RedisChat.ConsoleHost;

/// <summary>The commands about messages that are sent later.</summary>
/// <param name="room">The room.</param>
/// <param name="user">The user who types.</param>
/// <param name="printer">Prints what there is to say.</param>
internal sealed class ScheduleCommands(ChatRoom room, string user, Printer printer)
{
    public const string Help = """
        /later TIME TEXT   send a text later: in 90s, 10m, 2h or 1d, or at 18:30
        /scheduled         what you have scheduled here
        /cancel N          cancel the Nth of them
        """;

    public static readonly string[] Usages = ["/later TIME TEXT", "/cancel N"];

    /// <summary>Schedules a text.</summary>
    /// <returns>Whether the time can be read.</returns>
    public async Task<bool> AddAsync(string time, string text, CancellationToken cancellationToken)
    {
        if (TryReadTime(time, DateTimeOffset.Now) is not { } sendAt)
        {
            return false;
        }

        var scheduled = await room.Schedule.AddAsync(new NewMessage(user, text), sendAt, cancellationToken);
        printer.Note($"To be sent at {scheduled.SendAt.ToLocalTime():yyyy-MM-dd HH:mm:ss}.");
        return true;
    }

    /// <summary>Shows what the user has scheduled.</summary>
    public async Task ListAsync(CancellationToken cancellationToken)
    {
        var all = await room.Schedule.ListAsync(user, cancellationToken);
        if (all.Count == 0)
        {
            printer.Note("Nothing is scheduled.");
        }

        for (var n = 0; n < all.Count; n++)
        {
            var failure = all[n].Failure is { } reason ? $" (not sent: {reason})" : "";
            printer.Note($"{n + 1}. {all[n].SendAt.ToLocalTime():yyyy-MM-dd HH:mm:ss} {all[n].Message.Text}{failure}");
        }
    }

    /// <summary>Cancels a scheduled message by its number in the list.</summary>
    /// <returns>Whether there is one.</returns>
    public async Task<bool> CancelAsync(string number, CancellationToken cancellationToken)
    {
        var all = await room.Schedule.ListAsync(user, cancellationToken);
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n) || n < 1 || n > all.Count)
        {
            return false;
        }

        printer.Note(await room.Schedule.CancelAsync(user, all[n - 1].Id, cancellationToken) ? "Canceled." : "Too late: it was sent.");
        return true;
    }

    /// <summary>The time that a user means: so long from now, or a time of day, today or tomorrow.</summary>
    private static DateTimeOffset? TryReadTime(string text, DateTimeOffset now)
    {
        if (TimeOnly.TryParseExact(text, "H:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var timeOfDay))
        {
            var today = new DateTimeOffset(now.Date + timeOfDay.ToTimeSpan(), now.Offset);
            return today > now ? today : today.AddDays(1);
        }

        if (text.Length < 2 || !double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) || count > 100_000)
        {
            return null;
        }

        return text[^1] switch
        {
            's' => now.AddSeconds(count),
            'm' => now.AddMinutes(count),
            'h' => now.AddHours(count),
            'd' when count < 3_000 => now.AddDays(count),
            _ => null,
        };
    }
}
