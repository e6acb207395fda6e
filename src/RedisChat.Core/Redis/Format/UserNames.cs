using System.Text;

namespace RedisChat.Redis;

/// <summary>The authors of a page. They are few and repeat often, so they share their strings. Not thread-safe.</summary>
internal sealed class UserNames
{
    // A power of two. If two authors fall into the same slot, each replaces the other's string.
    private const int Places = 32;

    private string _last = "";
    private string?[]? _names;

    /// <summary>The string of an author.</summary>
    /// <param name="utf8">Valid UTF-8.</param>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (Ascii.Equals(utf8, _last) && _last != "")
        {
            return _last;
        }

        if (_last == "")
        {
            return _last = Encoding.UTF8.GetString(utf8);
        }

        var hash = (uint)utf8.Length;
        foreach (var b in utf8)
        {
            hash = (hash * 31) + b;
        }

        _names ??= new string?[Places];
        ref var name = ref _names[hash % Places];
        name = name is not null && Ascii.Equals(utf8, name) ? name : Encoding.UTF8.GetString(utf8);
        return _last = name;
    }
}
