namespace RedisChat;

/// <summary>A part of a text, in UTF-16 code units, as strings have them in C# and JavaScript.</summary>
/// <param name="Start">Where it begins, from 0.</param>
/// <param name="Length">How long it is, at least 1.</param>
public readonly record struct TextRange(int Start, int Length)
{
    /// <summary>Where it ends: the index behind its last character.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public int End => Start + Length;
}
