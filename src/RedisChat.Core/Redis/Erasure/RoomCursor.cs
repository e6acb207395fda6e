using System.Globalization;

namespace RedisChat.Redis;

/// <summary>Where the next step continues in a room.</summary>
/// <param name="Stage">The letter of what is being dealt with.</param>
/// <param name="At">How far that is: the index of a key among the room's places, the id of a message, or the number of a bucket.</param>
/// <param name="In">The server's cursor in that key.</param>
/// <param name="Uses">Letters of features that the room was found to use.</param>
internal readonly record struct RoomCursor(char Stage, long At = 0, string In = "0", string Uses = "")
{
    /// <summary>The keys, one after the other.</summary>
    public const char Keys = 'k';

    /// <summary>The user's messages.</summary>
    public const char Messages = 'm';

    /// <summary>The sealed buckets.</summary>
    public const char Sealed = 's';

    /// <summary>Encrypted values.</summary>
    public const char Encrypted = 'e';

    /// <summary>The buckets in the archive.</summary>
    public const char Archive = 'a';

    /// <summary>The authors that the archive names.</summary>
    public const char Authors = 'u';

    /// <summary>The buckets that were put back from the archive, to go there again.</summary>
    public const char Thawed = 't';

    /// <summary>The beginning of the keys.</summary>
    public static RoomCursor Start => new(Keys);

    /// <summary>Parses a cursor; <see langword="null"/> stands for the beginning.</summary>
    /// <exception cref="ChatInputException">It is not one.</exception>
    public static RoomCursor Read(string? cursor) =>
        cursor is null ? Start
        : cursor.Split(' ') is [[var stage, .. var uses], var at, { Length: > 0 } position] && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new RoomCursor(stage, number, position, uses)
        : throw new ChatInputException("The cursor is not one that was returned before.", nameof(cursor));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Stage}{Uses} {At} {In}");
}
