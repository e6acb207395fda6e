using System.Buffers.Binary;
using System.Text;

namespace RedisChat.Benchmarks.Web.Clients;

/// <summary>
/// The frames of a WebSocket. Written by hand, so that a client of a hub costs as little as one of an event stream: a <see cref="System.Net.WebSockets.ClientWebSocket"/> costs more.
/// </summary>
internal sealed class WebSocketFrames(Records records) : Framing
{
    private const int LastData = 2;
    private const int Close = 8;

    private readonly byte[] _head = new byte[10];
    private int _headLength;
    private int _left;
    private int _kind;

    /// <summary>A frame of text as a client must send it, with a mask that changes nothing.</summary>
    public static byte[] OfClient(string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        if (content.Length > ushort.MaxValue)
        {
            throw new ArgumentException("The text is too long.", nameof(text));
        }

        byte[] head = content.Length < 126 ? [0x81, (byte)(0x80 | content.Length)] : [0x81, 0x80 | 126, (byte)(content.Length >> 8), (byte)content.Length];
        return [.. head, 0, 0, 0, 0, .. content];
    }

    public override void Feed(ReadOnlySpan<byte> received)
    {
        while (received.Length > 0)
        {
            if (_left > 0)
            {
                var part = received[..Math.Min(_left, received.Length)];
                received = received[part.Length..];
                _left -= part.Length;
                if (_kind <= LastData)
                {
                    records.Feed(part);
                }
            }
            else
            {
                _head[_headLength++] = received[0];
                received = received[1..];
                ReadHead();
            }
        }
    }

    private void ReadHead()
    {
        if (_headLength < 2)
        {
            return;
        }

        var length = _head[1] & 127;
        if (_headLength < 2 + (length == 127 ? 8 : length == 126 ? 2 : 0))
        {
            return;
        }

        _left = length switch
        {
            127 => (int)BinaryPrimitives.ReadInt64BigEndian(_head.AsSpan(2)),
            126 => BinaryPrimitives.ReadUInt16BigEndian(_head.AsSpan(2)),
            _ => length,
        };
        _kind = _head[0] & 15;
        _headLength = 0;
        if (_kind == Close)
        {
            throw new IOException("The node closed the WebSocket.");
        }
    }
}
