using System.Globalization;
using System.Text;

namespace RedisChat.Redis;

/// <summary>
/// Messages that were deleted in one step. The subject lists their ids, ascending: <c>5-9,12,14-20</c>. In the change log their times follow, in µs: that of the first message, and
/// for each further one how much later it is, <c>1795657013841001,0,12,-3</c>; and then the details, as for a single deletion.
/// </summary>
internal static class DeletedRun
{
    /// <summary>The letter in the change log and in live events.</summary>
    public const char Kind = 'b';

    // No step deletes more. Whatever lists more was not written by the chat.
    private const int MostIds = 2 * ChatLimits.MaxPageSize;

    public static string WriteIds(IReadOnlyList<long> ids)
    {
        var text = new StringBuilder();
        for (var i = 0; i < ids.Count;)
        {
            var end = i;
            while (end + 1 < ids.Count && ids[end + 1] == ids[end] + 1)
            {
                end++;
            }

            text.Append(text.Length == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{ids[i]}");
            if (end > i)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{ids[end]}");
            }

            i = end + 1;
        }

        return text.ToString();
    }

    public static string WriteTimes(IEnumerable<long> times)
    {
        var (text, before) = (new StringBuilder(), 0L);
        foreach (var time in times)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{time - before}");
            before = time;
        }

        return text.ToString();
    }

    /// <summary>Parses the ids.</summary>
    /// <returns>Whether they are a list of ascending ids.</returns>
    public static bool TryReadIds(ReadOnlySpan<char> text, out List<long> ids)
    {
        ids = [];
        for (var isLast = false; !isLast;)
        {
            var part = Take(ref text, out isLast);
            var dash = part.IndexOf('-');
            if (!StrictNumber.TryRead(dash < 0 ? part : part[..dash], out var first) || first <= (ids.Count == 0 ? 0 : ids[^1]))
            {
                return false;
            }

            var last = first;
            if (dash >= 0 && (!StrictNumber.TryRead(part[(dash + 1)..], out last) || last <= first))
            {
                return false;
            }

            if (last - first >= MostIds - ids.Count)
            {
                return false;
            }

            for (var id = first; id <= last; id++)
            {
                ids.Add(id);
            }
        }

        return ids.Count > 0;
    }

    /// <summary>The time in µs of a message, if the entry is of the run that it was deleted in.</summary>
    public static bool TryGetDeleted(in ChangeLogEntry entry, long id, out long time)
    {
        time = 0;
        if (entry.Kind != Kind || !TryReadIds(entry.Subject, out var ids) || ids.IndexOf(id) is not (>= 0 and var index))
        {
            return false;
        }

        var text = TimesOf(entry);
        var isLast = false;
        for (var i = 0; !isLast; i++)
        {
            if (!long.TryParse(Take(ref text, out isLast), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var later))
            {
                return false;
            }

            time += later;
            if (i == index)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The event of a run.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="position">Its position, whose revision is that of the deletion.</param>
    /// <param name="details">The details, as JSON; empty if there are none.</param>
    public static RoomEvent.DeletedMany Event(IReadOnlyList<long> ids, RoomPosition position, ReadOnlySpan<byte> details)
    {
        var (user, reason) = DeletionJson.ReadDetails(details);
        return new RoomEvent.DeletedMany(ids, position) { User = user, Reason = reason, DeletedAt = Micros.ToTime(position.Revision) };
    }

    /// <summary>The details in an entry of the change log.</summary>
    public static byte[] DetailsOf(in ChangeLogEntry entry)
    {
        var end = entry.More.IndexOf(':');
        return end < 0 ? [] : Encoding.UTF8.GetBytes(entry.More[(end + 1)..].ToString());
    }

    /// <summary>The text up to the next comma, which is removed with it.</summary>
    private static ReadOnlySpan<char> Take(ref ReadOnlySpan<char> text, out bool isLast)
    {
        var comma = text.IndexOf(',');
        isLast = comma < 0;
        var part = isLast ? text : text[..comma];
        text = isLast ? default : text[(comma + 1)..];
        return part;
    }

    private static ReadOnlySpan<char> TimesOf(in ChangeLogEntry entry)
    {
        var end = entry.More.IndexOf(':');
        return end < 0 ? entry.More : entry.More[..end];
    }
}
