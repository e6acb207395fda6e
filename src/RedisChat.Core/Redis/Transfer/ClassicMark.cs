using System.Globalization;

namespace RedisChat.Redis;

/// <summary>The marks of a migration in the room's hash: as those of an import, with a name in place of the export's id.</summary>
internal static class ClassicMark
{
    /// <summary>In place of the export's id. Those are upper-case hexadecimal.</summary>
    public const string Name = "classic";

    /// <summary>Whether the mark of an unfinished room is that of a migration, and not of an import.</summary>
    public static bool IsOf(string? mark) => ImportStep.TryRead(mark, out var step) && step.Export == Name;

    /// <summary>The mark of a complete room.</summary>
    /// <param name="last">The last id that the classic layout had assigned.</param>
    public static string Done(long last) => string.Create(CultureInfo.InvariantCulture, $"{Name}:{last}");

    /// <summary>Reads the mark of a complete room; <see langword="null"/> if it was not migrated.</summary>
    public static long? TryReadDone(string? mark) =>
        mark is not null && mark.StartsWith(Name + ":", StringComparison.Ordinal) && StrictNumber.TryRead(mark.AsSpan(Name.Length + 1), out var last) ? last : null;
}
