using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Threading.Tasks.Sources;

namespace RedisChat;

/// <summary>
/// The messages of one send, through all its attempts, and what comes of them. Also what an attempt waits on while the store has it together with
/// others.
/// </summary>
/// <remarks>
/// One attempt at a time: <see cref="Begin"/>, then the store takes it or it is cancelled, whichever comes first, and then it is completed or
/// cancelled. Reused, for it is a large part of what a send allocates.
/// </remarks>
internal sealed class PendingSend : IValueTaskSource<PendingSend>
{
    private const int MostPooled = 1024;

    private static readonly ConcurrentQueue<PendingSend> Pool = new();
    private static readonly string KeyPrefix = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(6));
    private static long _keys;

    private enum State
    {
        Waiting,
        Taken,
        Completed,
        Cancelled,
    }

    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;
    private Func<OperationCanceledException, Exception>? _notSent;
    private int _state;
    private NewMessage? _message;
    private IReadOnlyList<NewMessage>? _messages;
    private MessageReceipt? _receipt;
    private MessageReceipt[]? _receipts;
    private string[]? _keysOfMessages;
    private List<EarlierCall>? _earlier;

    /// <summary>How many messages it has.</summary>
    public int Count => _messages?.Count ?? 1;

    /// <summary>Whether a message has an idempotency key of its caller's.</summary>
    public bool IsKeyed { get; private set; }

    /// <summary>Calls that may have stored it.</summary>
    public IReadOnlyList<EarlierCall> Earlier => _earlier ?? (IReadOnlyList<EarlierCall>)[];

    /// <summary>Whether a call may have stored it.</summary>
    public bool WasTried => _earlier is { Count: > 0 };

    /// <summary>Why the attempt under way failed; for the store, between taking and completing it.</summary>
    public Exception? Error { get; set; }

    /// <summary>Where its messages begin in the call that carries it; for the store.</summary>
    public int Offset { get; set; }

    /// <summary>The receipts, once an attempt has succeeded.</summary>
    public IReadOnlyList<MessageReceipt> Receipts => _receipts ?? [_receipt!];

    /// <summary>The receipt of a send of one message.</summary>
    public MessageReceipt Receipt => _receipt ?? _receipts![0];

    /// <summary>The messages as they were given.</summary>
    public IReadOnlyList<NewMessage> Messages => _messages ?? [_message!];

    public NewMessage this[int index] => _message ?? _messages![index];

    public static PendingSend Of(NewMessage message)
    {
        var send = Pool.TryDequeue(out var used) ? used : new PendingSend();
        send._message = message;
        send.IsKeyed = message.IdempotencyKey is not null;
        return send;
    }

    public static PendingSend Of(IReadOnlyList<NewMessage> messages)
    {
        var send = new PendingSend { _messages = messages };
        foreach (var message in messages)
        {
            send.IsKeyed |= message.IdempotencyKey is not null;
        }

        return send;
    }

    /// <summary>Gives back one that has succeeded; nobody may use it any more.</summary>
    public void Recycle()
    {
        if (_messages is not null || Pool.Count >= MostPooled)
        {
            return;
        }

        _message = null;
        _receipt = null;
        _receipts = null;
        _keysOfMessages = null;
        _earlier?.Clear();
        IsKeyed = false;
        Pool.Enqueue(this);
    }

    /// <summary>A key that no other message has: neither of this process nor, it being random in front, of another.</summary>
    public static string NewKey() => string.Create(CultureInfo.InvariantCulture, $"{KeyPrefix}{Interlocked.Increment(ref _keys):x}");

    /// <summary>Writes such a key.</summary>
    public static void WriteNewKey(IBufferWriter<byte> ascii)
    {
        Encoding.ASCII.GetBytes(KeyPrefix, ascii);
        Utf8Formatter.TryFormat(Interlocked.Increment(ref _keys), ascii.GetSpan(16), out var length, 'x');
        ascii.Advance(length);
    }

    /// <summary>The message's own idempotency key or, where its caller gave none, one that stays the same for all attempts.</summary>
    public string KeyOf(int index)
    {
        if (this[index].IdempotencyKey is { } given)
        {
            return given;
        }

        _keysOfMessages ??= new string[Count];
        return _keysOfMessages[index] ??= NewKey();
    }

    /// <summary>The messages, each with an idempotency key.</summary>
    public IReadOnlyList<NewMessage> KeyedMessages()
    {
        var keyed = new NewMessage[Count];
        for (var i = 0; i < keyed.Length; i++)
        {
            keyed[i] = this[i].IdempotencyKey is null ? this[i] with { IdempotencyKey = KeyOf(i) } : this[i];
        }

        return keyed;
    }

    public void SetReceipt(int index, MessageReceipt receipt)
    {
        if (_messages is null)
        {
            _receipt = receipt;
        }
        else
        {
            (_receipts ??= new MessageReceipt[Count])[index] = receipt;
        }
    }

    public void SetReceipts(IReadOnlyList<MessageReceipt> receipts)
    {
        for (var i = 0; i < receipts.Count; i++)
        {
            SetReceipt(i, receipts[i]);
        }
    }

    /// <summary>Notes a call that got no answer.</summary>
    public void AddEarlier(EarlierCall call) => (_earlier ??= []).Add(call);

    /// <summary>Begins an attempt.</summary>
    public void Begin()
    {
        _core.Reset();
        _state = (int)State.Waiting;
        Error = null;
    }

    /// <summary>What ends when the attempt is completed, or the token is cancelled.</summary>
    /// <param name="notSent">The error where it is cancelled before it is taken: nothing was sent then.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public ValueTask<PendingSend> EndedAsync(Func<OperationCanceledException, Exception> notSent, CancellationToken cancellationToken)
    {
        _notSent = notSent;
        var ended = new ValueTask<PendingSend>(this, _core.Version);
        _cancellation = cancellationToken.UnsafeRegister(static (state, token) => ((PendingSend)state!).Cancel(token), this);
        return ended;
    }

    /// <summary>Takes it into a call; <see langword="false"/> if it was cancelled before.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, (int)State.Taken, (int)State.Waiting) is (int)State.Waiting or (int)State.Taken;

    /// <summary>Ends the attempt, with <see cref="Error"/> if that is set; does nothing if it was cancelled.</summary>
    /// <param name="inline">
    /// Whether who waits may go on on this thread, as the last thing that is done here: it may run any code of the application's.
    /// </param>
    public void Complete(bool inline)
    {
        var error = Error;
        if (Interlocked.Exchange(ref _state, (int)State.Completed) == (int)State.Cancelled)
        {
            return;
        }

        _core.RunContinuationsAsynchronously = !inline;
        if (error is null)
        {
            _core.SetResult(true);
        }
        else
        {
            _core.SetException(error);
        }
    }

    PendingSend IValueTaskSource<PendingSend>.GetResult(short token)
    {
        _cancellation.Dispose();
        _core.GetResult(token);
        return this;
    }

    ValueTaskSourceStatus IValueTaskSource<PendingSend>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<PendingSend>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _state, (int)State.Cancelled, (int)State.Waiting) == (int)State.Waiting)
        {
            End(_notSent!(new OperationCanceledException(cancellationToken)));
        }
        else if (Interlocked.CompareExchange(ref _state, (int)State.Cancelled, (int)State.Taken) == (int)State.Taken)
        {
            End(new OperationCanceledException(cancellationToken));
        }

        void End(Exception e)
        {
            _core.RunContinuationsAsynchronously = true;
            _core.SetException(e);
        }
    }
}
