using Microsoft.AspNetCore.WebUtilities;

namespace RedisChat.WebChat.Files;

/// <summary>The addresses of files: <c>files/{id}?room={room}</c>. The room is part of it, because who may read the room may read the file.</summary>
internal static class FileAddress
{
    private const string Prefix = "files/";

    public static string Of(string room, string id) => $"{Prefix}{id}?room={Uri.EscapeDataString(room)}";

    /// <summary>The room and the id of an address; <see langword="false"/> if it is not one of ours, letter for letter.</summary>
    public static bool TryParse(string address, out string room, out string id)
    {
        (room, id) = ("", "");
        var query = address.IndexOf('?', StringComparison.Ordinal);
        if (query < 0 || !address.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        id = address[Prefix.Length..query];
        room = QueryHelpers.ParseQuery(address[query..]).TryGetValue("room", out var value) ? value.ToString() : "";
        return IsId(id) && Of(room, id) == address;
    }

    /// <summary>Whether it is an id. Only ids become parts of paths.</summary>
    public static bool IsId(string id) => id.Length == 32 && id.All(char.IsAsciiHexDigitLower);
}
