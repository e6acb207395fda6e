namespace RedisChat.Benchmarks.Web.Clients;

/// <summary>The chunked body of an HTTP/1.1 response. A record may span chunks.</summary>
internal sealed class Chunks(Records records) : Framing
{
    private int _size;
    private int _left;
    private int _lineEnd;

    public override void Feed(ReadOnlySpan<byte> received)
    {
        while (received.Length > 0)
        {
            if (_left > 0)
            {
                var part = received[..Math.Min(_left, received.Length)];
                records.Feed(part);
                received = received[part.Length..];
                _left -= part.Length;
                _lineEnd = 2;
            }
            else if (_lineEnd > 0)
            {
                received = received[1..];
                _lineEnd--;
            }
            else
            {
                ReadSize(received[0]);
                received = received[1..];
            }
        }
    }

    private void ReadSize(byte character)
    {
        switch (character)
        {
            case (byte)'\r':
                break;
            case (byte)'\n' when _size == 0:
                throw new IOException("The node ended the response.");
            case (byte)'\n':
                (_left, _size) = (_size, 0);
                break;
            default:
                _size = (_size * 16) + Convert.ToInt32(((char)character).ToString(), 16);
                break;
        }
    }
}
