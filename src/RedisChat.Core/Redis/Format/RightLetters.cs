namespace RedisChat.Redis;

/// <summary>Rights in stored rules and in the arguments of scripts: a letter each.</summary>
internal static class RightLetters
{
    /// <summary>The letter in the room's field <c>uses</c> that says that the room has rules, which the scripts check for every write of a user.</summary>
    public const char HasRules = 'g';

    /// <summary>The rights of everyone in a room without rules, as in <c>room_change.lua</c>.</summary>
    public const RoomRights WithoutRules = RoomRights.Read | RoomRights.Join | RoomRights.Send | RoomRights.ChangeOwn | RoomRights.React;

    // By bit of RoomRights.
    private const string All = "rjscepdikbmgxy";

    /// <summary>The letters of rights.</summary>
    public static string Of(RoomRights rights)
    {
        Span<char> letters = stackalloc char[All.Length];
        var count = 0;
        for (var bit = 0; bit < All.Length; bit++)
        {
            if (((int)rights & (1 << bit)) != 0)
            {
                letters[count++] = All[bit];
            }
        }

        return new string(letters[..count]);
    }

    /// <summary>The rights of letters. Ignores letters of later versions.</summary>
    public static RoomRights Read(ReadOnlySpan<char> letters)
    {
        var rights = RoomRights.None;
        foreach (var letter in letters)
        {
            var bit = All.IndexOf(letter, StringComparison.Ordinal);
            rights |= bit < 0 ? RoomRights.None : (RoomRights)(1 << bit);
        }

        return rights;
    }
}
