using System.Buffers;
using System.Text;
using System.Text.Json;

namespace RedisChat.Redis;

/// <summary>Stored values without a user. Everything else in them is preserved as it is stored.</summary>
internal static class ErasureJson
{
    /// <summary>A message, an earlier version, or a scheduled message: with another author instead of the user and without the idempotency key that the user gave, and without mentions of the user.</summary>
    /// <param name="value">The value.</param>
    /// <param name="user">The user.</param>
    /// <param name="alias">The author that replaces the user; <see langword="null"/> to leave the author as it is.</param>
    /// <returns>The new value; <see langword="null"/> if the value does not name the user, or is something else.</returns>
    public static byte[]? Without(ReadOnlySpan<byte> value, string user, string? alias)
    {
        try
        {
            return Copy(value, user, alias);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or a string that is not valid UTF-8: it is no message.
            return null;
        }
    }

    /// <summary>The author of such a value, and whether it mentions the user; no author if it is something else.</summary>
    public static (string? Author, bool MentionsUser) Names(ReadOnlySpan<byte> value, string user)
    {
        try
        {
            var json = new Utf8JsonReader(value);
            json.Read();
            var (author, mentions) = ((string?)null, false);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var name = JsonParts.NameOf(json);
                json.Read();
                if (name == 'u' && json.TokenType == JsonTokenType.String)
                {
                    author = json.GetString();
                }
                else if (name == 'n' && json.TokenType == JsonTokenType.StartArray)
                {
                    while (json.Read() && json.TokenType == JsonTokenType.String)
                    {
                        mentions |= json.ValueTextEquals("@" + user);
                    }
                }
                else
                {
                    json.Skip();
                }
            }

            return (author, mentions);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (null, false);
        }
    }

    /// <summary>An encrypted message of the user without what is encrypted; <see langword="null"/> if it is of somebody else, or something else.</summary>
    public static byte[]? Emptied(ReadOnlySpan<byte> value, string user)
    {
        try
        {
            return Names(value, user).Author == user ? CopyWithoutText(value) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static byte[] CopyWithoutText(ReadOnlySpan<byte> value)
    {
        var json = new ArrayBufferWriter<byte>(value.Length);
        var properties = new StoredProperties(value);
        while (properties.MoveNext())
        {
            if (properties.Name != 'z')
            {
                JsonParts.BeginProperty(json);
                json.Write(properties.Whole);
            }
        }

        json.Write("}"u8);
        return json.WrittenSpan.ToArray();
    }

    private static byte[]? Copy(ReadOnlySpan<byte> value, string user, string? alias)
    {
        var (author, mentions) = Names(value, user);
        var isOwn = alias is not null && author == user;
        if (author is null || (!isOwn && !mentions))
        {
            return null;
        }

        var json = new ArrayBufferWriter<byte>(value.Length + 32);
        var properties = new StoredProperties(value);
        while (properties.MoveNext())
        {
            var name = properties.Name;
            var kept = name == 'n' ? OthersIn(properties.Content, user) : null;
            if ((name == 'k' && isOwn) || kept is { Length: 0 })
            {
                continue;
            }

            JsonParts.BeginProperty(json);
            if (name == 'u' && isOwn)
            {
                json.Write("\"u\":"u8);
                JsonParts.WriteString(json, alias!);
            }
            else if (kept is not null)
            {
                json.Write("\"n\":"u8);
                json.Write(kept);
            }
            else
            {
                json.Write(properties.Whole);
            }
        }

        json.Write("}"u8);
        return json.WrittenSpan.ToArray();
    }

    /// <summary>An array of mentions without those of the user; empty if there are no others.</summary>
    private static byte[] OthersIn(ReadOnlySpan<byte> words, string user)
    {
        var json = new ArrayBufferWriter<byte>(words.Length);
        var reader = new Utf8JsonReader(words);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            var isOther = reader.TokenType != JsonTokenType.String || !reader.ValueTextEquals("@" + user);
            reader.Skip();
            if (isOther)
            {
                json.Write(json.WrittenCount == 0 ? "["u8 : ","u8);
                json.Write(words[start..(int)reader.BytesConsumed]);
            }
        }

        json.Write(json.WrittenCount == 0 ? ""u8 : "]"u8);
        return json.WrittenSpan.ToArray();
    }

    /// <summary>Details, <c>{"u":"mod","r":"spam"}</c>, without the user; <see langword="null"/> if they do not name the user.</summary>
    public static string? DetailsWithout(string details, string user) =>
        DeletionJson.ReadDetails(Encoding.UTF8.GetBytes(details)) is var (by, reason) && by == user ? DeletionJson.Write(null, reason) ?? "" : null;
}
