using System.Globalization;

namespace RedisChat.Redis;

/// <summary>
/// The stored form of a room's rules, which <c>room_guard.lua</c> reads: <c>revision flags slow burst refill -=rights role=rights …</c>, the times in ms. A
/// right is a letter; <c>-</c> stands for everyone who is not a member.
/// </summary>
internal static class RuleText
{
    /// <summary>The field of the room's hash.</summary>
    public const string Field = "rules";

    private const string Archived = "a";
    private const string NoFlags = "-";

    /// <summary>The text after the revision, which the script inserts.</summary>
    public static string Tail(RuleSet rules)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $" {(rules.IsArchived ? Archived : NoFlags)} {(long)rules.SlowMode.TotalMilliseconds} {rules.Flood?.Burst ?? 0} {(long)(rules.Flood?.Refill.TotalMilliseconds ?? 0)} -={RightLetters.Of(rules.Everyone)}");
        return string.Join(' ', rules.Roles.Select(role => $"{role.Name}={RightLetters.Of(role.Rights)}").Prepend(text));
    }

    /// <summary>Parses stored rules; <see langword="false"/> if the text is something else. Ignores letters and flags of later versions.</summary>
    public static bool TryRead(string? text, out RuleSet rules, out long revision)
    {
        rules = RuleSet.Open;
        revision = 0;
        var words = text?.Split(' ') ?? [];
        if (words.Length < 7 || !StrictNumber.TryRead(words[0], out revision)
            || !StrictNumber.TryRead(words[2], out var slow) || !StrictNumber.TryRead(words[3], out var burst) || !StrictNumber.TryRead(words[4], out var refill)
            || !words[5].StartsWith("-=", StringComparison.Ordinal) || !Array.TrueForAll(words[6..], word => word.Contains('=', StringComparison.Ordinal)))
        {
            return false;
        }

        rules = new RuleSet
        {
            IsArchived = words[1].Contains(Archived, StringComparison.Ordinal),
            SlowMode = TimeSpan.FromMilliseconds(slow),
            Flood = burst == 0 ? null : new FloodLimit((int)burst, TimeSpan.FromMilliseconds(refill)),
            Everyone = RightLetters.Read(words[5].AsSpan(2)),
            Roles = [.. words[6..].Select(ReadRole)],
        };
        return true;
    }

    private static RoomRole ReadRole(string word)
    {
        var name = word[..word.IndexOf('=', StringComparison.Ordinal)];

        // An owner has all rights, also those that did not exist yet when the rules were written.
        return new RoomRole(name, name == RoomRole.Owner ? RoomRights.All : RightLetters.Read(word.AsSpan(name.Length + 1)));
    }
}
