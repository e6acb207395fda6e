using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace RedisChat;

/// <summary>The lines of an export that are in memory.</summary>
internal sealed class FactBuffer
{
    private readonly ArrayBufferWriter<byte> _lines = new(256 * 1024);

    /// <summary>The lines.</summary>
    public ReadOnlySpan<byte> Written => _lines.WrittenSpan;

    /// <summary>The number of lines of each kind since the last <see cref="ResetCounts"/>.</summary>
    public Dictionary<string, long> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>The number of values since then that are not what they should be.</summary>
    public long Unreadable { get; private set; }

    /// <summary>The number of lines ever.</summary>
    public long Total { get; private set; }

    /// <summary>Forgets the lines.</summary>
    public void Clear() => _lines.ResetWrittenCount();

    /// <summary>Forgets the counts.</summary>
    public void ResetCounts()
    {
        Counts.Clear();
        Unreadable = 0;
    }

    /// <summary>Begins a scope.</summary>
    public void Begin(TransferScope scope, long number, long first, long last)
    {
        var line = Line(scope.IsUser ? "user" : "room");
        FactJson.WriteText(line, scope.User ?? scope.Root);
        if (scope.IsThread)
        {
            line.Write(",\"t\":"u8);
            FactJson.WriteNumber(line, scope.Thread);
        }

        line.Write(",\"n\":"u8);
        FactJson.WriteNumber(line, number);
        line.Write(",\"first\":"u8);
        FactJson.WriteNumber(line, first);
        line.Write(",\"last\":"u8);
        FactJson.WriteNumber(line, last);
        End(line);
    }

    /// <summary>Ends a scope.</summary>
    /// <param name="fields">The fields of its hash.</param>
    public void End(IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> fields)
    {
        _lines.Write("{\"f\":\"end\""u8);
        Fields(_lines, fields, isJson: false);
        End(_lines);
        Counted("end");
    }

    /// <summary>What follows are corrections.</summary>
    public void Changes()
    {
        var line = _lines;
        line.Write("{\"f\":\"changes\"}\n"u8);
        Counted("changes");
    }

    /// <summary>Writes the value of a message, or of another fact whose key is the number of a message.</summary>
    public void Fact(string fact, long id, ReadOnlySpan<byte> value, bool isJson)
    {
        var line = Line(fact);
        FactJson.WriteNumber(line, id);
        Value(line, value, isJson);
        End(line);
    }

    /// <summary>Writes a fact.</summary>
    /// <param name="fact">The kind.</param>
    /// <param name="key">The key.</param>
    /// <param name="user">The user that belongs to the key, if there is one.</param>
    /// <param name="value">The stored value.</param>
    /// <param name="isJson">Whether that should be JSON.</param>
    public void Fact(string fact, string key, string? user, ReadOnlySpan<byte> value, bool isJson)
    {
        var line = Line(fact);
        FactJson.WriteText(line, key);
        if (user is not null)
        {
            line.Write(",\"u\":"u8);
            FactJson.WriteText(line, user);
        }

        Value(line, value, isJson);
        End(line);
    }

    /// <summary>Writes that a fact does not exist any more.</summary>
    public void Gone(string fact, long id)
    {
        var line = Line(fact);
        FactJson.WriteNumber(line, id);
        line.Write(",\"v\":null"u8);
        End(line);
    }

    /// <summary>Writes that a fact does not exist any more.</summary>
    public void Gone(string fact, string key)
    {
        var line = Line(fact);
        FactJson.WriteText(line, key);
        line.Write(",\"v\":null"u8);
        End(line);
    }

    /// <summary>Writes several fields together.</summary>
    /// <param name="fact">The kind.</param>
    /// <param name="id">The message that they belong to.</param>
    /// <param name="fields">Names, without the message's id, and values.</param>
    /// <param name="isJson">Whether the values should be JSON.</param>
    public void Group(string fact, long id, IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> fields, bool isJson)
    {
        var line = Line(fact);
        FactJson.WriteNumber(line, id);
        Fields(line, fields, isJson);
        End(line);
    }

    private ArrayBufferWriter<byte> Line(string fact)
    {
        Counted(fact);
        var line = _lines;
        line.Write("{\"f\":\""u8);
        foreach (var letter in fact)
        {
            line.GetSpan(1)[0] = (byte)letter;
            line.Advance(1);
        }

        line.Write("\",\"k\":"u8);
        return line;
    }

    private void Counted(string fact)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(Counts, fact, out _)++;
        Total++;
    }

    private void Value(ArrayBufferWriter<byte> line, ReadOnlySpan<byte> value, bool isJson)
    {
        if (isJson ? FactJson.IsPlainJson(value) : Utf8.IsValid(value))
        {
            line.Write(",\"v\":"u8);
            if (isJson)
            {
                line.Write(value);
            }
            else
            {
                FactJson.WriteText(line, value);
            }
        }
        else
        {
            Unreadable++;
            line.Write(",\"b\":"u8);
            FactJson.WriteBase64(line, value);
        }
    }

    private void Fields(ArrayBufferWriter<byte> line, IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> fields, bool isJson)
    {
        line.Write(",\"v\":{"u8);
        var (isFirst, isPlain) = (true, true);
        foreach (var (name, value) in fields)
        {
            if (isJson ? FactJson.IsPlainJson(value.Span) : Utf8.IsValid(value.Span))
            {
                Name(name, ref isFirst);
                if (isJson)
                {
                    line.Write(value.Span);
                }
                else
                {
                    FactJson.WriteText(line, value.Span);
                }
            }
            else
            {
                isPlain = false;
            }
        }

        line.Write("}"u8);
        if (isPlain)
        {
            return;
        }

        line.Write(",\"b\":{"u8);
        isFirst = true;
        foreach (var (name, value) in fields.Where(field => !(isJson ? FactJson.IsPlainJson(field.Value.Span) : Utf8.IsValid(field.Value.Span))))
        {
            Unreadable++;
            Name(name, ref isFirst);
            FactJson.WriteBase64(line, value.Span);
        }

        line.Write("}"u8);

        void Name(string name, ref bool isFirst)
        {
            line.Write(isFirst ? ""u8 : ","u8);
            isFirst = false;
            FactJson.WriteText(line, name);
            line.Write(":"u8);
        }
    }

    private static void End(ArrayBufferWriter<byte> line) => line.Write("}\n"u8);
}
