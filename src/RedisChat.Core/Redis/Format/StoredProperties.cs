using System.Text.Json;

namespace RedisChat.Redis;

/// <summary>
/// Visits the properties of a stored object, to copy those that stay to another one. They are copied byte by byte, because later versions of the library may have added some, and nobody has checked that they are valid Unicode.
/// </summary>
internal ref struct StoredProperties
{
    private readonly ReadOnlySpan<byte> _value;
    private Utf8JsonReader _reader;
    private int _start;
    private int _content;
    private int _end;

    public StoredProperties(ReadOnlySpan<byte> value)
    {
        _value = value;
        _reader = new Utf8JsonReader(value);
        _reader.Read();
    }

    /// <summary>See <see cref="JsonParts.NameOf"/>.</summary>
    public byte Name { get; private set; }

    /// <summary>The name and the value, as they are stored.</summary>
    public readonly ReadOnlySpan<byte> Whole => _value[_start.._end];

    /// <summary>The value, as it is stored.</summary>
    public readonly ReadOnlySpan<byte> Content => _value[_content.._end];

    /// <summary>Moves to the next property; <see langword="false"/> if there is none.</summary>
    /// <exception cref="JsonException">The value is something else.</exception>
    public bool MoveNext()
    {
        if (!_reader.Read() || _reader.TokenType != JsonTokenType.PropertyName)
        {
            return false;
        }

        Name = JsonParts.NameOf(_reader);
        _start = (int)_reader.TokenStartIndex;
        _reader.Read();
        _content = (int)_reader.TokenStartIndex;
        _reader.Skip();
        _end = (int)_reader.BytesConsumed;
        return true;
    }
}
