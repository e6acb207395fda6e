using System.Text.Json;

namespace RedisChat;

/// <summary>One line of an export. An object is used for many lines, one after the other; what it refers to is valid until the next one is read.</summary>
internal sealed class FactLine
{
    private ReadOnlyMemory<byte> _line;
    private (int Start, int End) _value;
    private (int Start, int End) _bytes;
    private string? _key;

    /// <summary>The kind of the fact.</summary>
    public string Fact { get; private set; } = "";

    /// <summary>The key, if it is a number: that of a message.</summary>
    public long Id { get; private set; }

    /// <summary>The user that belongs to the key, if there is one.</summary>
    public string? User { get; private set; }

    /// <summary>The thread that begins here; 0 if there is none.</summary>
    public long Thread { get; private set; }

    /// <summary>The number of the scope that begins here.</summary>
    public long Number { get; private set; }

    /// <summary>The last message of the scope that begins here.</summary>
    public long Last { get; private set; }

    /// <summary>The least id of a message of the scope that begins here.</summary>
    public long First { get; private set; }

    /// <summary>Whether the line says that the fact does not exist any more.</summary>
    public bool IsGone { get; private set; }

    /// <summary>The key.</summary>
    public string Key => _key ?? Id.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Parses a line.</summary>
    /// <returns>Whether it is one.</returns>
    public bool TryRead(ReadOnlyMemory<byte> line)
    {
        (_line, Fact, Id, User, Thread, Number, First, Last, IsGone, _key, _value, _bytes) = (line, "", 0, null, 0, 0, 0, 0, false, null, default, default);
        try
        {
            var json = new Utf8JsonReader(line.Span);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var name = json.ValueSpan is [var letter] ? letter : json.ValueTextEquals("last"u8) ? (byte)'l' : json.ValueTextEquals("first"u8) ? (byte)'i' : (byte)0;
                json.Read();
                switch (name)
                {
                    case (byte)'f':
                        Fact = KindOf(json);
                        break;
                    case (byte)'k' when json.TokenType == JsonTokenType.Number:
                        Id = json.GetInt64();
                        break;
                    case (byte)'k':
                        _key = json.GetString();
                        break;
                    case (byte)'u':
                        User = json.GetString();
                        break;
                    case (byte)'t':
                        Thread = json.GetInt64();
                        break;
                    case (byte)'n':
                        Number = json.GetInt64();
                        break;
                    case (byte)'l':
                        Last = json.GetInt64();
                        break;
                    case (byte)'i':
                        First = json.GetInt64();
                        break;
                    case (byte)'v':
                        IsGone = json.TokenType == JsonTokenType.Null;
                        _value = Skip(ref json);
                        break;
                    case (byte)'b':
                        _bytes = Skip(ref json);
                        break;
                    default:
                        json.Skip();
                        break;
                }
            }

            return Fact.Length > 0 && json.TokenType == JsonTokenType.EndObject && !json.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    /// <summary>The stored value.</summary>
    /// <param name="isJson">Whether that of this kind of fact is JSON.</param>
    public byte[] Value(bool isJson)
    {
        var raw = _line.Span[_value.Start.._value.End];
        return raw.IsEmpty ? FromBase64(_line.Span[_bytes.Start.._bytes.End]) : isJson ? raw.ToArray() : Text(raw);
    }

    /// <summary>The stored fields that the line has together.</summary>
    /// <param name="isJson">Whether the values of this kind of fact are JSON.</param>
    public List<(string Name, byte[] Value)> Fields(bool isJson)
    {
        var fields = new List<(string, byte[])>();
        Read(_line.Span[_value.Start.._value.End], isBase64: false);
        Read(_line.Span[_bytes.Start.._bytes.End], isBase64: true);
        return fields;

        void Read(ReadOnlySpan<byte> raw, bool isBase64)
        {
            if (raw.IsEmpty || raw[0] != '{')
            {
                return;
            }

            var json = new Utf8JsonReader(raw);
            json.Read();
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var name = json.GetString()!;
                json.Read();
                var (start, end) = Skip(ref json);
                fields.Add((name, isBase64 ? FromBase64(raw[start..end]) : isJson ? raw[start..end].ToArray() : Text(raw[start..end])));
            }
        }
    }

    private static (int Start, int End) Skip(ref Utf8JsonReader json)
    {
        var start = (int)json.TokenStartIndex;
        json.Skip();
        return (start, (int)json.BytesConsumed);
    }

    private static byte[] Text(ReadOnlySpan<byte> raw)
    {
        var json = new Utf8JsonReader(raw);
        json.Read();
        if (!json.ValueIsEscaped)
        {
            return json.ValueSpan.ToArray();
        }

        var text = new byte[json.ValueSpan.Length];
        var length = json.CopyString(text);
        return text[..length];
    }

    private static byte[] FromBase64(ReadOnlySpan<byte> raw)
    {
        if (raw.IsEmpty)
        {
            return [];
        }

        var json = new Utf8JsonReader(raw);
        json.Read();
        return json.GetBytesFromBase64();
    }

    // Nearly all lines have one of few kinds, so their strings are shared.
    private static string KindOf(in Utf8JsonReader json)
    {
        foreach (var kind in Kinds)
        {
            if (json.ValueTextEquals(kind))
            {
                return kind;
            }
        }

        return json.GetString() ?? "";
    }

    private static readonly string[] Kinds = ["message", "reactions", "versions", "member", "marker", "log"];
}
