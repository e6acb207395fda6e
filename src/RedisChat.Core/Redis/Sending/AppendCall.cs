using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// One call of <c>message_append</c>: its sends, its keys and arguments in the order that the script's comment lists, and what its reply
/// means for each send. Pooled, unless its answer did not arrive: then the client library may still be about to write it.
/// </summary>
internal sealed class AppendCall
{
    public static readonly RedisScript Script = new("message_append.lua");

    private const int FixedKeys = 5;

    // The room uses attachments from then on.
    private const string Noticed = "\n+a";

    // The limits of a call, unless a single send exceeds them. Bytes are those of texts, authors and metadata.
    private const int MostMessages = 64;
    private const int MostBytes = 64 * 1024;

    private readonly AppendMessages _messages = new();
    private readonly BatchParents _parents = new();
    private readonly Queue<int> _scheduledKeys = new(0);
    private BatchMentions? _mentions;
    private RedisKeyOrValue[] _words = new RedisKeyOrValue[24];
    private int _count;
    private bool _isGuarded;

    /// <summary>The sends in it.</summary>
    public List<PendingSend> Sends { get; } = [];

    /// <summary>The number of their messages.</summary>
    public int Messages { get; private set; }

    /// <summary>About how many bytes its messages are.</summary>
    public int Size { get; private set; }

    /// <summary>About how many bytes its buffers take in a pool. The rest is small, because a call has at most <see cref="ChatLimits.MaxBatchSize"/> messages.</summary>
    public int Bytes => _messages.Capacity + (_words.Length * Unsafe.SizeOf<RedisKeyOrValue>());

    /// <summary>The number of words that are keys.</summary>
    public int Keys { get; private set; }

    /// <summary>The guessed time window.</summary>
    public long Window { get; private set; }

    /// <summary>Whether it was sent and has no answer yet: it may be carried out, and the client library may still have to write it.</summary>
    public bool IsInDoubt { get; set; }

    /// <summary>The room that it is sent for, and its run: stored here to save an allocation per call.</summary>
    public RoomAppends? Room { get; set; }

    public ConfiguredValueTaskAwaitable Running { get; set; }

    public Action? Ended { get; set; }

    // All of one kind: see TryAdd.
    private bool IsKeyed => Sends[0].IsKeyed;

    /// <summary>Empties it for the next use.</summary>
    public void Clear()
    {
        Sends.Clear();
        _messages.Authors.Clear();
        _mentions = null;
        Array.Clear(_words, 0, _count);
        _count = 0;
        Size = 0;
        Messages = 0;
        Room = null;
        IsInDoubt = false;
    }

    /// <summary>Adds a send, if it can share this call.</summary>
    public bool TryAdd(PendingSend send)
    {
        // A reply or a mention is keyed, so it shares no call with sends that are not: theirs cost what they cost without those.
        var size = AppendMessages.SizeOf(send);

        // A send that was attempted before is recognized as a whole, so it goes alone.
        if (Sends.Count > 0
            && (send.WasTried || Sends[0].WasTried || send.IsKeyed != IsKeyed || Messages + send.Count > MostMessages || Size + size > MostBytes))
        {
            return false;
        }

        Sends.Add(send);
        Messages += send.Count;
        Size += size;
        return true;
    }

    /// <summary>
    /// The command and its arguments, based on what is known of the room and on the guessed window, without the canceled sends; empty if all were
    /// canceled.
    /// </summary>
    public Memory<RedisKeyOrValue> Build(
        RoomKeys keys, KnownRoom known, long window, long windowSeconds, string publish, int changeLogLength, BatchEncryption? encryption = null)
    {
        Sends.RemoveAll(static send => !send.TryTake());
        if (Sends.Count == 0)
        {
            return default;
        }

        IsInDoubt = true;
        var hasReplies = Sends.Exists(static send => send.HasReplies);
        var hasMentions = Sends.Exists(static send => send.HasMentions);
        var hasExpiry = known.Expires || Sends.Exists(static send => send.HasExpiry);
        var isLinked = hasReplies || hasMentions || hasExpiry || Sends.Exists(static send => send.IsScheduled || send.HasNoticed);
        var thread = keys.Thread;
        _isGuarded = isLinked || thread is not null || known.NeedsGuard;
        if (_isGuarded)
        {
            Sends.ForEach(static send => send.MakeKeyed());
        }

        Messages = _messages.Write(Sends, IsKeyed, encryption);
        Window = window;
        var earlier = Sends[0].Earlier;
        var bucket = ((encryption?.Last ?? known.Last) + 1) / Buckets.Size;
        var (first, next) = keys.Bucket(bucket);
        var (sent, sentBefore) = keys.Sent(window);
        Array.Clear(_words, 0, _count);
        _count = RedisScript.HeadWords;
        AddKey(keys.Room);
        AddKey(first);
        AddKey(next);
        AddKey(sent);
        AddKey(keys.Live);
        for (var i = 0; i < _messages.Authors.Count; i++)
        {
            AddKey(keys.User(_messages.Authors[i]));
        }

        foreach (var call in earlier)
        {
            AddKey(keys.Sent(call.Window).Key);
        }

        if (hasReplies)
        {
            _parents.Find(Sends, bucket, next: _count - RedisScript.HeadWords + 1);
            AddKey(keys.Sealed);
            for (var i = 0; i < _parents.Count; i++)
            {
                AddKey(keys.OtherBucket(_parents[i]));
            }
        }

        _scheduledKeys.Clear();
        foreach (var send in Sends)
        {
            for (var i = 0; send.IsScheduled && i < send.Count; i++)
            {
                if (send[i].ScheduledId is not null)
                {
                    AddKey(keys.Scheduled(send[i].User));
                    _scheduledKeys.Enqueue(_count - RedisScript.HeadWords);
                    if (send[i].ScheduledId!.AsSpan().Count(':') > 1)
                    {
                        AddKey(keys.DataKeys);
                    }
                }
            }
        }

        if (hasMentions)
        {
            _mentions = new BatchMentions(Sends, keys, next: _count - RedisScript.HeadWords + 1);
            foreach (var set in _mentions.Keys)
            {
                AddKey(set);
            }
        }

        var expires = 0;
        if (hasExpiry)
        {
            AddKey(keys.Expires);
            expires = _count - RedisScript.HeadWords;
        }

        if (encryption is not null)
        {
            AddKey(keys.DataKeys);
        }

        var dataKeys = _count - RedisScript.HeadWords;
        if (thread is not null)
        {
            AddKey(thread.Bucket);
            AddKey(thread.Sealed);
            AddKey(thread.Room);
            AddKey(thread.Changed);
            AddKey(thread.Live);
            AddKey(thread.Threads);
        }

        if (_isGuarded)
        {
            AddKey(keys.Members);
            AddKey(keys.Rates);
        }

        if (IsKeyed)
        {
            AddKey(sentBefore);
        }

        Keys = _count - RedisScript.HeadWords;
        Add(bucket);
        Add(window);
        Add(windowSeconds);
        Add(publish);
        Add(known.Epoch == "" ? RoomPosition.NewEpoch().ToString("x", CultureInfo.InvariantCulture) : known.Epoch);
        var last = known.Epoch == "" ? -1 : known.Last;
        Add(encryption is null ? last : encryption.Word(last, dataKeys));
        Add(thread is not null ? WordOf(thread, changeLogLength, expires) : isLinked ? (RedisValue)(expires > 0 ? string.Create(CultureInfo.InvariantCulture, $">{expires}") : ">") : _isGuarded ? (RedisValue)"!" : _messages.Key);
        Add(earlier.Count);
        for (var i = 0; i < earlier.Count; i++)
        {
            Add(FixedKeys + _messages.Authors.Count + i + 1);
            Add(earlier[i].Key);
        }

        AddMessages();
        AddTrace();
        return _words.AsMemory(0, _count);
    }

    /// <summary>The shortest life of its messages, as far as they have one of their own; <see langword="null"/> if none has.</summary>
    public TimeSpan? ShortestLife()
    {
        TimeSpan? shortest = null;
        foreach (var send in Sends)
        {
            for (var i = 0; send.HasExpiry && i < send.Count; i++)
            {
                shortest = send[i].ExpiresAfter is { } life && (shortest is null || life < shortest) ? life : shortest;
            }
        }

        return shortest;
    }

    /// <summary>Sets the receipts of the sends.</summary>
    /// <returns>The highest of their ids.</returns>
    public long Succeed(in AppendReply reply)
    {
        var next = reply.FirstId + (reply.EarlierCall > 0 ? Sends[0].Earlier[reply.EarlierCall - 1].Offset : 0);
        var last = 0L;
        var index = 0;
        for (var s = 0; s < Sends.Count; s++)
        {
            var send = Sends[s];
            if (reply.TryGetRefusal(s + 1, out var reason, out var detail))
            {
                send.Refuse(reason, detail);
                index += send.Count;
                continue;
            }

            for (var i = 0; i < send.Count; i++)
            {
                index++;
                var isDuplicate = reply.TryGetRepeated(index, out var id, out var time);
                if (!isDuplicate)
                {
                    (id, time) = (next++, reply.Time);
                }

                send.SetReceipt(i, new MessageReceipt
                {
                    Id = id,
                    Timestamp = Micros.ToTime(time),
                    Position = new RoomPosition(reply.Epoch, id, time, reply.Revision),
                    IsDuplicate = isDuplicate && send[i].IdempotencyKey is not null,
                });
                last = Math.Max(last, id);
            }
        }

        return last;
    }

    /// <summary>Records in each send that this call carried it and may have been, or may still be, carried out.</summary>
    public void Remember()
    {
        if (!IsKeyed)
        {
            var key = Encoding.ASCII.GetString(_messages.Key.Span);
            foreach (var send in Sends)
            {
                send.AddEarlier(new EarlierCall(key, Window, send.Offset));
            }
        }
    }

    private void AddMessages()
    {
        var (part, message) = (0, 0);
        for (var s = 0; s < Sends.Count; s++)
        {
            for (var i = 0; i < Sends[s].Count; i++, message++)
            {
                var list = FixedKeys + 1 + _messages.AuthorOf(message);
                var where = Sends[s][i].ReplyTo is { } parent ? _parents.Word(list, parent, Sends[s].ProofOf(parent)) : list;
                where = Sends[s][i].ExpiresAfter is { } life ? string.Create(CultureInfo.InvariantCulture, $"{where} x{Micros.FromSpan(life)}") : where;
                where = Sends[s][i].ScheduledId is { } scheduled ? $"{where} @{_scheduledKeys.Dequeue()}:{scheduled}" : where;
                where = Sends[s][i].Mentions.Count == 0 ? where : where + _mentions!.Words(Sends[s][i]);
                Add(Sends[s].HasNoticed && Sends[s][i].Attachments.Count > 0 ? where + Noticed : where);
                Add(_messages.Part(part++));
                if (IsKeyed)
                {
                    Add(_messages.Part(part++));
                    Add(_messages.DigestOf(message));
                }

                if (_isGuarded)
                {
                    Add(Sends[s][i].IsFromApplication ? "" : Sends[s][i].User);
                    Add(s + 1);
                }
            }
        }
    }

    private RedisValue WordOf(ThreadKeys thread, int changeLogLength, int expires)
    {
        var proof = Sends.Select(static send => send.ProofOf(PendingSend.Thread)).FirstOrDefault(static proof => proof.Length > 0);
        return string.Create(CultureInfo.InvariantCulture, $"^{thread.MessageId} {changeLogLength} {proof}{(expires > 0 ? $" {expires}" : "")}");
    }

    // A call is one event, and an event has room for one trace: that of the first send that is traced.
    private void AddTrace()
    {
        foreach (var send in Sends)
        {
            if (send.Trace is { } trace)
            {
                Add(trace);
                return;
            }
        }
    }

    private void AddKey(RedisKey key) => AddWord(key);

    private void Add(RedisValue value) => AddWord(value);

    private void AddWord(RedisKeyOrValue word)
    {
        if (_count == _words.Length)
        {
            Array.Resize(ref _words, _count * 2);
        }

        _words[_count++] = word;
    }
}
