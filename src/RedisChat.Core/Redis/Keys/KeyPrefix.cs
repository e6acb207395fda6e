using System.Buffers;

namespace RedisChat;

/// <summary>Validates the prefix of a chat's keys.</summary>
internal static class KeyPrefix
{
    public const int MaxLength = 64;

    // Braces would replace the hash tag; glob characters would make an ACL pattern or a SCAN match more than intended.
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-:/");

    /// <summary>What is wrong with the prefix, as a sentence; <see langword="null"/> if it is valid.</summary>
    public static string? Problem(string? prefix) =>
        prefix is { Length: >= 1 and <= MaxLength } && !prefix.AsSpan().ContainsAnyExcept(Allowed)
            ? null
            : "A key prefix is 1 to 64 of the characters A-Z a-z 0-9 . _ - : /";
}
