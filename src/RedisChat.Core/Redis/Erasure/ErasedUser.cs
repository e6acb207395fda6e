using System.Buffers;
using System.Text;

namespace RedisChat.Redis;

/// <summary>The forms in which a user's id is stored.</summary>
internal sealed class ErasedUser
{
    public ErasedUser(string id)
    {
        Id = id;
        Glob = KeyNames.Literal(id);
        Word = EscapedId.Word(id);
        Key = EscapedId.Of(id);
        var json = new ArrayBufferWriter<byte>();
        JsonParts.WriteString(json, id);
        Json = Encoding.UTF8.GetString(json.WrittenSpan[1..^1]);
    }

    /// <summary>The id itself: in fields, members and lines.</summary>
    public string Id { get; }

    /// <summary>As in a JSON string, without the quotes.</summary>
    public string Json { get; }

    /// <summary>As a pattern that matches only the id.</summary>
    public string Glob { get; }

    /// <summary>As a word of the change log.</summary>
    public string Word { get; }

    /// <summary>As a part of a key.</summary>
    public string Key { get; }

    /// <summary>Whether a text contains the id, in any of its forms, as a whole word.</summary>
    public bool IsIn(string text) =>
        WholeWord.IsIn(text, Id) || (Json != Id && WholeWord.IsIn(text, Json)) || (Word != Id && WholeWord.IsIn(text, Word)) || (Key != Word && WholeWord.IsIn(text, Key));
}
