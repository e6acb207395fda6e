using System.Text;

namespace RedisChat;

/// <summary>The text so far of a message that is being written, as this process knows it. Shared by all watchers; only ever grows. Thread-safe.</summary>
internal sealed class WrittenText
{
    private readonly StringBuilder _text = new();

    /// <summary>Its length, in UTF-16 code units.</summary>
    public int Length
    {
        get
        {
            lock (_text)
            {
                return _text.Length;
            }
        }
    }

    public void Append(string part)
    {
        lock (_text)
        {
            _text.Append(part);
        }
    }

    /// <summary>The text between two offsets.</summary>
    public string Read(int from, int to)
    {
        lock (_text)
        {
            return _text.ToString(from, Math.Min(to, _text.Length) - from);
        }
    }

    public override string ToString()
    {
        lock (_text)
        {
            return _text.ToString();
        }
    }
}
