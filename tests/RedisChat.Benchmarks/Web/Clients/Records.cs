namespace RedisChat.Benchmarks.Web.Clients;

/// <summary>Cuts what a connection received into records.</summary>
/// <param name="delimiter">What stands after each record.</param>
/// <param name="receive">Called for each record.</param>
internal sealed class Records(byte[] delimiter, Records.Receive receive)
{
    private byte[] _begun = [];
    private int _length;

    public delegate void Receive(ReadOnlySpan<byte> record);

    public void Feed(ReadOnlySpan<byte> content)
    {
        // Most records arrive in one piece, and need no copy.
        if (_length > 0)
        {
            Grow(_length + content.Length);
            content.CopyTo(_begun.AsSpan(_length));
            content = _begun.AsSpan(0, _length + content.Length);
        }

        for (int end; (end = content.IndexOf(delimiter)) >= 0; content = content[(end + delimiter.Length)..])
        {
            receive(content[..end]);
        }

        Grow(content.Length);
        content.CopyTo(_begun);
        _length = content.Length;
    }

    private void Grow(int length)
    {
        if (_begun.Length < length)
        {
            Array.Resize(ref _begun, Math.Max(length, 2 * _begun.Length));
        }
    }
}
