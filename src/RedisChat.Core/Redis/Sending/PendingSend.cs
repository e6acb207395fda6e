using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Threading.Tasks.Sources;

namespace RedisChat.Redis;

/// <summary>The messages of one send, through all its attempts, and their receipts. An attempt awaits it while it is in a call, perhaps with other sends.</summary>
/// <remarks>
/// One attempt at a time: <see cref="Begin"/>; then a call takes it or it is canceled, whichever comes first; then it is completed or canceled.
/// Pooled, because it is a large part of what a send allocates.
/// </remarks>
internal sealed class PendingSend(RedisSends sends) : IPendingSend, IValueTaskSource<IPendingSend>
{
    /// <summary>Stands for the message that a thread belongs to, among those that are replied to: see <see cref="ProofOf"/>.</summary>
    public const long Thread = 0;

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
    private string _room = "";
    private Durability _durability = Durability.Memory;
    private NewMessage? _message;
    private IReadOnlyList<NewMessage>? _messages;
    private MessageReceipt? _receipt;
    private MessageReceipt[]? _receipts;
    private string[]? _keysOfMessages;
    private List<EarlierCall>? _earlier;
    private Dictionary<long, string>? _proofs;

    /// <summary>The number of its messages.</summary>
    public int Count => _messages?.Count ?? 1;

    /// <summary>Whether its messages are recognized one by one: a message has an idempotency key from its caller, is a reply, mentions someone or expires, or the room has rules.</summary>
    public bool IsKeyed { get; private set; }

    /// <summary>Whether a message in it is a reply, so that the script may refuse it.</summary>
    public bool HasReplies { get; private set; }

    /// <summary>Whether a message in it is removed from the schedule by this, so that the script refuses it if it is not there any more.</summary>
    public bool IsScheduled { get; private set; }

    /// <summary>Whether a message in it mentions someone, so that the script may refuse it.</summary>
    public bool HasMentions { get; private set; }

    /// <summary>Whether a message in it expires.</summary>
    public bool HasExpiry { get; private set; }

    /// <summary>Whether a message in it has attachments whose fate is reported, so that the room must be marked.</summary>
    public bool HasNoticed { get; private set; }

    /// <summary>Whether the last call did not store it because a message that is replied to is in a sealed bucket, which the client must read first.</summary>
    public bool NeedsProof { get; private set; }

    /// <summary>Gives every message a key of its own from now on, because sends to a room with rules can be refused one by one.</summary>
    public void MakeKeyed() => IsKeyed = true;

    /// <summary>Calls that may have stored it.</summary>
    public IReadOnlyList<EarlierCall> Earlier => _earlier ?? (IReadOnlyList<EarlierCall>)[];

    /// <summary>Whether a call may have stored it.</summary>
    public bool WasTried => _earlier is { Count: > 0 };

    /// <summary>Why the current attempt failed; set between taking and completing it.</summary>
    public Exception? Error { get; set; }

    /// <summary>Where its messages begin in the call that carries it.</summary>
    public int Offset { get; set; }

    /// <summary>The <c>traceparent</c> of the current attempt, if it is traced.</summary>
    public string? Trace { get; private set; }

    /// <summary>The receipts, once an attempt has succeeded.</summary>
    public IReadOnlyList<MessageReceipt> Receipts => _receipts ?? [_receipt!];

    /// <summary>The receipt of a send of one message.</summary>
    public MessageReceipt Receipt => _receipt ?? _receipts![0];

    public NewMessage this[int index] => _message ?? _messages![index];

    /// <summary>Prepares it for one message.</summary>
    public void Prepare(string room, NewMessage message, Durability durability)
    {
        _room = room;
        _durability = durability;
        _message = message;
        HasReplies = message.ReplyTo is not null;
        IsScheduled = message.ScheduledId is not null;
        HasMentions = message.Mentions.Count > 0;
        HasExpiry = message.ExpiresAfter is not null;
        HasNoticed = message.Attachments.Count > 0 && sends.KeepsAttachmentNotices;
        IsKeyed = HasReplies || IsScheduled || HasMentions || HasExpiry || HasNoticed || message.IdempotencyKey is not null;
    }

    /// <summary>Prepares it for several messages.</summary>
    public void Prepare(string room, IReadOnlyList<NewMessage> messages, Durability durability)
    {
        _room = room;
        _durability = durability;
        _messages = messages;
        foreach (var message in messages)
        {
            HasReplies |= message.ReplyTo is not null;
            IsScheduled |= message.ScheduledId is not null;
            HasMentions |= message.Mentions.Count > 0;
            HasExpiry |= message.ExpiresAfter is not null;
            HasNoticed |= message.Attachments.Count > 0 && sends.KeepsAttachmentNotices;
            IsKeyed |= HasReplies || IsScheduled || HasMentions || HasExpiry || HasNoticed || message.IdempotencyKey is not null;
        }
    }

    public ValueTask<IPendingSend> AttemptAsync(CancellationToken cancellationToken) => sends.AttemptAsync(_room, this, _durability, cancellationToken);

    /// <summary>Returns it to the pool if its last attempt succeeded. After any other, a call or a queue may still hold it.</summary>
    public void Dispose()
    {
        if (_messages is not null || _receipt is null || Error is not null || _state != (int)State.Completed)
        {
            return;
        }

        _room = "";
        _message = null;
        _receipt = null;
        _keysOfMessages = null;
        _earlier?.Clear();
        _proofs = null;
        Trace = null;
        IsKeyed = false;
        HasReplies = false;
        IsScheduled = false;
        HasMentions = false;
        HasExpiry = false;
        HasNoticed = false;
        sends.Recycle(this);
    }

    /// <summary>Writes a key that no other call or message has, in this process or another: it starts with random text.</summary>
    public static void WriteNewKey(IBufferWriter<byte> ascii)
    {
        Encoding.ASCII.GetBytes(KeyPrefix, ascii);
        Utf8Formatter.TryFormat(Interlocked.Increment(ref _keys), ascii.GetSpan(16), out var length, 'x');
        ascii.Advance(length);
    }

    /// <summary>The message's idempotency key or, if its caller gave none, a key that stays the same for all attempts.</summary>
    public string KeyOf(int index)
    {
        if (this[index].IdempotencyKey is { } given)
        {
            return given;
        }

        _keysOfMessages ??= new string[Count];
        return _keysOfMessages[index] ??= string.Create(CultureInfo.InvariantCulture, $"{KeyPrefix}{Interlocked.Increment(ref _keys):x}");
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

    /// <summary>What the client knows of the sealed bucket of a message that is replied to, for the script to compare; empty if nothing.</summary>
    public string ProofOf(long parent) => _proofs?.GetValueOrDefault(parent) ?? "";

    /// <summary>Sets what <see cref="ProofOf"/> returns.</summary>
    public void SetProof(long parent, string proof) => (_proofs ??= [])[parent] = proof;

    /// <summary>Sets why the script refused it.</summary>
    public void Refuse(string reason, long detail)
    {
        NeedsProof = reason is "sealed" or "unproven";
        Error = reason switch
        {
            // Only if the bucket changes as fast as it is read: see RedisSends.
            "sealed" or "unproven" => new ChatUnavailableException("The message that is replied to is among old ones that others keep changing. Nothing was sent."),
            "missing" => ParentNotFound.Error(detail),
            "unscheduled" => new NotScheduledException(),
            "shredded" => new ChatDataException("The data key of the scheduled message was deleted after the message was read, so its text must not be stored again. It was not sent."),
            "closed" => ParentNotFound.OfThread(detail),
            ['@', ..] => RuleRefusal.Error(reason[1..], detail, RoomRights.MentionEveryone),
            _ => RuleRefusal.Error(reason, detail, RoomRights.Send),
        };
    }

    /// <summary>Records a call that got no answer.</summary>
    public void AddEarlier(EarlierCall call) => (_earlier ??= []).Add(call);

    /// <summary>Begins an attempt.</summary>
    public void Begin()
    {
        _core.Reset();
        _state = (int)State.Waiting;
        Error = null;
        NeedsProof = false;
        Trace = ChatTelemetry.PresentTrace();
    }

    /// <summary>Completes when the attempt is completed or the token is canceled.</summary>
    /// <param name="notSent">Creates the error if the attempt is canceled before it is taken: nothing was sent then.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    public ValueTask<IPendingSend> EndedAsync(Func<OperationCanceledException, Exception> notSent, CancellationToken cancellationToken)
    {
        _notSent = notSent;
        var ended = new ValueTask<IPendingSend>(this, _core.Version);
        _cancellation = cancellationToken.UnsafeRegister(static (state, token) => ((PendingSend)state!).Cancel(token), this);
        return ended;
    }

    /// <summary>Takes it into a call; <see langword="false"/> if it was canceled before.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, (int)State.Taken, (int)State.Waiting) is (int)State.Waiting or (int)State.Taken;

    /// <summary>Ends the attempt, with <see cref="Error"/> if that is set; does nothing if it was canceled.</summary>
    /// <param name="inline">
    /// Whether the sender may continue on this thread. It may run any code of the application, so this must be the caller's last action.
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

    IPendingSend IValueTaskSource<IPendingSend>.GetResult(short token)
    {
        _cancellation.Dispose();
        _core.GetResult(token);
        return this;
    }

    ValueTaskSourceStatus IValueTaskSource<IPendingSend>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<IPendingSend>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
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
