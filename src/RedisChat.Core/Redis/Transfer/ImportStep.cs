using System.Globalization;

namespace RedisChat.Redis;

/// <summary>How far the import of a room is: the field <see cref="ImportMark.Field"/> of its hash.</summary>
/// <param name="Export">The export.</param>
/// <param name="Number">The number of the scope in it.</param>
/// <param name="Lines">The number of lines that were imported.</param>
/// <param name="LastId">The greatest id of a message that was imported.</param>
/// <param name="IsCorrecting">Whether what follows are corrections.</param>
internal readonly record struct ImportStep(string Export, long Number, long Lines, long LastId, bool IsCorrecting)
{
    public static bool TryRead(string? text, out ImportStep step)
    {
        var words = text?.Split(' ') ?? [];
        step = default;
        if (words.Length != 5 || !StrictNumber.TryRead(words[1], out var number) || !StrictNumber.TryRead(words[2], out var lines) || !StrictNumber.TryRead(words[3], out var lastId))
        {
            return false;
        }

        step = new ImportStep(words[0], number, lines, lastId, words[4] == "c");
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Export} {Number} {Lines} {LastId} {(IsCorrecting ? 'c' : 's')}");
}
