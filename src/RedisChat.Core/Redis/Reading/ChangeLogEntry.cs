namespace RedisChat.Redis;

/// <summary>
/// One entry of the change log: <c>revision:kind:subject[:more]</c>. The first entry is <c>0</c>, which stands for the room before its first change and
/// has the kind <see cref="None"/>.
/// </summary>
internal readonly struct ChangeLogEntry
{
    /// <summary>The kind of an entry that names no change.</summary>
    public const char None = '\0';

    private readonly string _text;
    private readonly int _subject;
    private readonly int _more;

    private ChangeLogEntry(string text, long revision, char kind, int subject)
    {
        _text = text;
        _subject = subject;
        Revision = revision;
        Kind = kind;
        var end = kind == None ? -1 : text.IndexOf(':', subject);
        _more = end < 0 ? text.Length : end;
    }

    /// <summary>The revision of the change.</summary>
    public long Revision { get; }

    /// <summary>The kind of the change. Readers ignore kinds that they do not know, but still count the revision.</summary>
    public char Kind { get; }

    /// <summary>The subject of the change, such as the id of a message.</summary>
    public ReadOnlySpan<char> Subject => _text.AsSpan()[_subject.._more];

    /// <summary>The text after the subject; empty if there is none.</summary>
    public ReadOnlySpan<char> More => _more == _text.Length ? default : _text.AsSpan(_more + 1);

    /// <summary>The subject as the id of a message.</summary>
    public bool TryGetMessage(out long id) => StrictNumber.TryRead(Subject, out id);

    /// <summary>Parses an entry; <see langword="false"/> if the text is not an entry.</summary>
    public static bool TryRead(string? text, out ChangeLogEntry entry)
    {
        entry = default;
        if (text is null)
        {
            return false;
        }

        var end = text.IndexOf(':', StringComparison.Ordinal);
        if (end < 0)
        {
            entry = new ChangeLogEntry(text, 0, None, text.Length);
            return text == "0";
        }

        if (!StrictNumber.TryRead(text.AsSpan(0, end), out var revision) || text.Length < end + 4 || text[end + 2] != ':')
        {
            return false;
        }

        entry = new ChangeLogEntry(text, revision, text[end + 1], end + 3);
        return true;
    }
}
