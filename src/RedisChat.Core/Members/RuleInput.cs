namespace RedisChat;

/// <summary>Rejects rules that no room can have, and durations, before any I/O.</summary>
internal static class RuleInput
{
    private const int MostRoles = 16;
    private const int LongestName = 32;
    private static readonly string NameRule = $"The name of a role has 1 to {LongestName} of the characters a-z 0-9 and '-', and begins with a letter.";
    private static readonly TimeSpan LongestPace = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestRefill = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestRestriction = TimeSpan.FromDays(36_500);

    public static void CheckActor(Actor by)
    {
        if (!by.IsApplication)
        {
            ChatInput.CheckId(by.UserId!, nameof(by));
        }
    }

    public static void CheckDuration(TimeSpan? duration)
    {
        if (duration is { } time && (time <= TimeSpan.Zero || time > LongestRestriction))
        {
            throw new ChatInputException($"A duration must be more than zero and at most {LongestRestriction.TotalDays:0} days. Pass null for no end.", nameof(duration));
        }
    }

    public static void CheckRules(RuleSet rules)
    {
        if (rules is null)
        {
            throw new ChatInputException("Rules are required; they must not be null.", nameof(rules));
        }

        if (rules.Roles.Count is 0 or > MostRoles || rules.Roles[0] is not { Name: RoomRole.Owner, Rights: RoomRights.All })
        {
            throw new ChatInputException(
                $"A room has 1 to {MostRoles} roles, highest first, and the first one must be \"{RoomRole.Owner}\" with all rights.", nameof(rules));
        }

        foreach (var role in rules.Roles)
        {
            if (role is null || !IsName(role.Name))
            {
                throw new ChatInputException(NameRule, nameof(rules));
            }

            CheckRights(role.Rights);
        }

        CheckRights(rules.Everyone);
        if (rules.Roles.Select(role => role.Name).Distinct(StringComparer.Ordinal).Count() < rules.Roles.Count)
        {
            throw new ChatInputException("Two roles have the same name.", nameof(rules));
        }

        if (rules.SlowMode < TimeSpan.Zero || rules.SlowMode > LongestPace || rules.SlowMode.Ticks % TimeSpan.TicksPerMillisecond != 0)
        {
            throw new ChatInputException($"{nameof(RuleSet.SlowMode)} must be a number of milliseconds from zero to a day.", nameof(rules));
        }

        if (rules.Flood is { } flood
            && (flood.Burst is < 1 or > 1000 || flood.Refill < TimeSpan.FromMilliseconds(1) || flood.Refill > LongestRefill
                || flood.Refill.Ticks % TimeSpan.TicksPerMillisecond != 0 || flood.Refill * flood.Burst > LongestPace))
        {
            throw new ChatInputException(
                $"A {nameof(FloodLimit)} has a burst of 1 to 1000 messages and a refill of 1 ms to 1 hour in milliseconds; together at most a day.", nameof(rules));
        }
    }

    private static void CheckRights(RoomRights rights)
    {
        if ((rights & ~RoomRights.All) != 0)
        {
            throw new ChatInputException("The rules contain a right that this version does not know.", nameof(rights));
        }
    }

    /// <summary>Rejects what cannot be the name of a role.</summary>
    public static void CheckRoleName(string name)
    {
        if (!IsName(name))
        {
            throw new ChatInputException(NameRule, nameof(name));
        }
    }

    private static bool IsName(string? name) =>
        name is { Length: >= 1 and <= LongestName } && char.IsAsciiLetterLower(name[0])
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
