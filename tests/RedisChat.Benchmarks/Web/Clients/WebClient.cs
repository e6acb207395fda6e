using System.Net.Sockets;
using System.Text;
using RedisChat.Benchmarks.Delivery;
using RedisChat.Benchmarks.Web.Nodes;

namespace RedisChat.Benchmarks.Web.Clients;

/// <summary>A connection to a node: a bare socket, whatever the transport, so that all contenders' clients cost the same.</summary>
internal sealed class WebClient : IDisposable
{
    /// <summary>The number of a client whose messages do not count.</summary>
    public const int NoNumber = -1;

    private const int BufferSize = 8 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Socket _socket;
    private readonly WebTarget _target;
    private readonly IReceiver _receiver;
    private readonly int _number;
    private readonly Framing _framing;
    private long _now;
    private int _closedRooms;
    private volatile bool _isDisposed;

    private WebClient(Socket socket, WebTarget target, IReceiver receiver, int number)
    {
        (_socket, _target, _receiver, _number) = (socket, target, receiver, number);
        _framing = target.NewFraming(Receive);
    }

    /// <summary>Whether it reads nothing after its rooms are open.</summary>
    public bool IsStuck { get; private init; }

    /// <summary>Completes when all rooms are open.</summary>
    public Task Ready => _ready.Task.WaitAsync(Patience, _target.Run.Ending);

    /// <summary>Connects.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="receiver">What becomes of the messages.</param>
    /// <param name="number">The client's number among those of the receiver.</param>
    /// <param name="isStuck">Whether it reads nothing after its rooms are open.</param>
    public static async Task<WebClient> ConnectAsync(WebTarget target, IReceiver receiver, int number, bool isStuck = false)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (isStuck)
            {
                SmallBuffers.Set(socket);
            }

            await socket.ConnectAsync(target.Node.Address.Host, target.Node.Address.Port, target.Run.Ending);
            return new(socket, target, receiver, number) { IsStuck = isStuck };
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Begins to open rooms: see <see cref="Ready"/>.</summary>
    public void Begin(Opening opening)
    {
        _closedRooms = opening.Rooms;
        _socket.Send(opening.Request);
        _ = ReadAsync(opening);
    }

    public void Dispose()
    {
        _isDisposed = true;
        _socket.Dispose();
    }

    private async Task ReadAsync(Opening opening)
    {
        try
        {
            var buffer = new byte[BufferSize];
            var (length, end) = await ReadHeadAsync(buffer);
            if (opening.Hello is { } hello)
            {
                await _socket.SendAsync(hello);
            }

            _framing.Feed(buffer.AsSpan(end..length));
            while (!IsStuck || _closedRooms > 0)
            {
                length = await ReceiveAsync(buffer);
                _now = Clock.NowMicros;
                _framing.Feed(buffer.AsSpan(..length));
            }
        }
        catch (Exception e)
        {
            if (!_isDisposed)
            {
                _ready.TrySetException(e);
                _receiver.Failed(e);
            }
        }
    }

    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer) =>
        await _socket.ReceiveAsync(buffer) is > 0 and var length ? length : throw new IOException("The node closed the connection.");

    private async Task<(int Length, int End)> ReadHeadAsync(byte[] buffer)
    {
        var length = 0;
        int end;
        while ((end = buffer.AsSpan(..length).IndexOf("\r\n\r\n"u8)) < 0)
        {
            length += await ReceiveAsync(buffer.AsMemory(length));
        }

        var head = buffer.AsSpan(..length);
        return head.StartsWith("HTTP/1.1 200 "u8) || head.StartsWith("HTTP/1.1 101 "u8)
            ? (length, end + 4)
            : throw new IOException($"The node answered: {Encoding.UTF8.GetString(head)}");
    }

    private void Receive(ReadOnlySpan<byte> record)
    {
        switch (_target.Read(record, out var published))
        {
            case RecordKind.Message:
                _receiver.Received(_number, published, _now);
                break;
            case RecordKind.RoomIsOpen when --_closedRooms == 0:
                _ready.TrySetResult();
                break;
            case RecordKind.Failure:
                throw new IOException($"The node sent: {Encoding.UTF8.GetString(record)}");
        }
    }
}
