namespace RedisChat;

/// <summary>Writes a message part by part, for answers that come word by word: see <see cref="ChatRoom.BeginAsync(NewMessage, WritingOptions, CancellationToken)"/>.</summary>
/// <remarks>
/// <code>
/// await using var answer = await room.BeginAsync("bot");
/// await foreach (var delta in model.AskAsync(question))
/// {
///     await answer.AppendAsync(delta);
/// }
///
/// await answer.CompleteAsync();
/// </code>
/// <para>
/// The message is in the room's history from the beginning, marked as being written. What is appended is stored and delivered at most once per <see cref="WritingOptions.Interval"/>, and one call at
/// a time: watchers receive each part once and in order (<see cref="RoomEvent.PartWritten"/>), and whoever reads the message gets its text so far. While nothing is appended, the lease is renewed. A part
/// that cannot be stored stays in memory and is tried again; the next call reports the error.
/// </para>
/// <para>
/// If the writer is disposed without <see cref="CompleteAsync"/>, or its process dies, the message is abandoned with the text that was stored: at once, or when the lease has run out.
/// </para>
/// <para>Thread-safe; what is appended by one call after the other keeps that order. Dispose it in any case.</para>
/// </remarks>
public sealed class MessageWriter : IAsyncDisposable
{
    private static readonly ChatOperation Append = new(ChatOperations.Write, "The part could not be stored") { Writes = true, InDoubt = "It is tried again." };
    private static readonly ChatOperation End = new(ChatOperations.Write, "The message could not be completed") { Writes = true, InDoubt = "It is safe to try again." };

    private readonly object _gate = new();
    private readonly WrittenBuffer _buffer;
    private readonly IWritingStore _store;
    private readonly OperationRunner _runner;
    private readonly string _room;
    private readonly string _writer;
    private readonly Actor _by;
    private readonly WritingOptions _options;
    private readonly ISentObserver? _observer;
    private readonly SemaphoreSlim _calling = new(1);
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _pump;
    private TaskCompletionSource _wanted = NewSignal();
    private TaskCompletionSource _progress = NewSignal();
    private Exception? _error;
    private Exception? _fatal;
    private bool _isHasty;
    private bool _isEnded;

    internal MessageWriter(IWritingStore store, OperationRunner runner, string room, NewMessage message, string writer, WritingOptions options, MessageReceipt receipt, ISentObserver? observer = null)
    {
        (_store, _runner, _room, _writer, _options, _observer, Receipt) = (store, runner, room, writer, options, observer, receipt);
        _by = message.IsFromApplication ? Actor.Application : Actor.User(message.User);
        _buffer = new WrittenBuffer(message.Text, runner.Options.MaxTextBytes);
        _pump = Background.Run(RunAsync);
    }

    /// <summary>The receipt of the message, as it was begun.</summary>
    public MessageReceipt Receipt { get; }

    /// <summary>The message's id.</summary>
    public long MessageId => Receipt.Id;

    /// <summary>All that was appended so far, whether it is stored already or not.</summary>
    public string Text
    {
        get
        {
            lock (_gate)
            {
                return _buffer.ToString();
            }
        }
    }

    /// <summary>Appends to the text. Returns at once: the text is stored and delivered in the background.</summary>
    /// <param name="delta">
    /// The text to append. Empty does nothing. It may end with the first half of a surrogate pair, if the next one begins with the second: they are kept together.
    /// </param>
    /// <param name="cancellationToken">Not used while nothing has to be waited for.</param>
    /// <exception cref="ChatInputException">The whole text would be longer than <see cref="ChatOptions.MaxTextBytes"/>, or is not valid Unicode. Nothing was appended.</exception>
    /// <exception cref="ChatWritingException">The message was deleted, or abandoned because its lease ran out.</exception>
    /// <exception cref="ChatForbiddenException">The author may no longer send.</exception>
    /// <exception cref="ChatUnavailableException">What was appended before could not be stored in time. It is kept and tried again; this text was not appended.</exception>
    /// <exception cref="InvalidOperationException">The message was completed or abandoned, or the writer disposed.</exception>
    public ValueTask AppendAsync(string delta, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ThrowIfFailed();
            _buffer.Append(delta);
            _wanted.TrySetResult();
        }

        return default;
    }

    /// <summary>Waits until all that was appended so far is stored and published.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <inheritdoc cref="AppendAsync" path="/exception"/>
    public async Task FlushAsync(CancellationToken cancellationToken = default)
    {
        long? target = null;
        while (true)
        {
            Task progress;
            lock (_gate)
            {
                ThrowIfFailed();
                target ??= _buffer.Whole;
                if (_buffer.Stored >= target)
                {
                    return;
                }

                _isHasty = true;
                _wanted.TrySetResult();
                progress = _progress.Task;
            }

            await progress.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Completes the message: from now on it is like any other, not edited, at version 1. Watchers receive <see cref="RoomEvent.WritingEnded"/>.</summary>
    /// <param name="cancellationToken">Stops waiting; the message may still be completed. If this fails, it can be called again.</param>
    /// <returns>The message.</returns>
    /// <exception cref="ChatInputException">The text is empty, or ends with half of a surrogate pair.</exception>
    /// <exception cref="ChatWritingException">The message was deleted, or abandoned because its lease ran out.</exception>
    /// <exception cref="ChatForbiddenException">The author may no longer send.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="InvalidOperationException">The message was completed or abandoned, or the writer disposed.</exception>
    public async Task<Message> CompleteAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            ThrowIfFailed();
            _buffer.CheckComplete();
        }

        await FlushAsync(cancellationToken).ConfigureAwait(false);
        return (await EndAsync(isComplete: true, cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>Abandons the message with the text so far, as disposing the writer does. Watchers receive <see cref="RoomEvent.WritingEnded"/>.</summary>
    /// <param name="cancellationToken">Stops waiting; the message may still be abandoned.</param>
    /// <returns>The message; <see langword="null"/> if it was deleted.</returns>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time. The message is abandoned when its lease has run out.</exception>
    /// <exception cref="InvalidOperationException">The message was completed or abandoned, or the writer disposed.</exception>
    public async Task<Message?> AbandonAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            ThrowIfEnded();
        }

        try
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChatException)
        {
            // What is stored remains.
        }

        return await EndAsync(isComplete: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Abandons the message, unless it was completed. Does not throw: if the store cannot be reached, the message is abandoned when its lease has run out.</summary>
    public async ValueTask DisposeAsync()
    {
        bool isEnded;
        lock (_gate)
        {
            isEnded = _isEnded;
        }

        if (!isEnded)
        {
            try
            {
                await AbandonAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is ChatException or InvalidOperationException)
            {
                ChatLog.PartFailed(_runner.Logger, e);
            }
        }

        lock (_gate)
        {
            _isEnded = true;
        }

        await _ending.CancelAsync().ConfigureAwait(false);
        await _pump.ConfigureAwait(false);
    }

    private async Task<Message?> EndAsync(bool isComplete, CancellationToken cancellationToken)
    {
        // Otherwise a renewal of the lease could come in between.
        await _calling.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            string? text;
            lock (_gate)
            {
                ThrowIfEnded();
                text = isComplete ? _buffer.ToString() : null;
            }

            var message = await _runner.RunAsync(
                End, _room, (Store: _store, Room: _room, Id: MessageId, Writer: _writer, Text: text, By: _by),
                static (call, token) => call.Store.EndWritingAsync(call.Room, call.Id, call.Writer, call.Text, call.By, token), cancellationToken).ConfigureAwait(false);
            lock (_gate)
            {
                _isEnded = true;
                _wanted.TrySetResult();
                _progress.TrySetResult();
            }

            if (message is not null && isComplete)
            {
                _observer?.Sent(_room, message.Id, message.Text);
            }

            return message;
        }
        finally
        {
            _calling.Release();
        }
    }

    /// <summary>Stores what was appended, and renews the lease, until the writing ends.</summary>
    private async Task RunAsync()
    {
        var last = _runner.Time.GetTimestamp();
        while (await WaitAsync(last).ConfigureAwait(false))
        {
            await _calling.WaitAsync().ConfigureAwait(false);
            try
            {
                last = _runner.Time.GetTimestamp();
                await StoreAsync().ConfigureAwait(false);
            }
            finally
            {
                _calling.Release();
            }
        }
    }

    /// <summary>Waits until it is time for a call; <see langword="false"/> if there will be none.</summary>
    private async Task<bool> WaitAsync(long last)
    {
        while (true)
        {
            Task wanted;
            TimeSpan rest;
            lock (_gate)
            {
                if (_isEnded || _fatal is not null)
                {
                    return false;
                }

                // After an error, the application's next call makes the next attempt.
                var isWanted = _buffer.HasMore && _error is null;
                rest = (isWanted ? _isHasty ? TimeSpan.Zero : _options.Interval : _options.Lease / 3) - _runner.Time.GetElapsedTime(last);
                if (rest <= TimeSpan.Zero)
                {
                    return true;
                }

                if (_wanted.Task.IsCompleted)
                {
                    _wanted = NewSignal();
                }

                wanted = _wanted.Task;
            }

            using var over = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
            await Task.WhenAny(wanted, Task.Delay(rest, _runner.Time, over.Token)).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task StoreAsync()
    {
        WrittenPart part;
        lock (_gate)
        {
            if (_isEnded)
            {
                return;
            }

            var (offset, text) = _buffer.Next();
            part = new WrittenPart { Writer = _writer, Offset = offset, Text = text, Lease = _options.Lease, By = _by };
        }

        Exception? error = null;
        var stored = 0L;
        try
        {
            stored = await _runner.RunAsync(
                Append, _room, (Store: _store, Room: _room, Id: MessageId, Part: part),
                static (call, token) => call.Store.AppendPartAsync(call.Room, call.Id, call.Part, token), _ending.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            error = e;
            ChatLog.PartFailed(_runner.Logger, e);
        }

        lock (_gate)
        {
            switch (error)
            {
                case null:
                    _error = null;
                    _buffer.StoredUpTo(stored);
                    _isHasty &= _buffer.HasMore;
                    break;
                case ChatUnavailableException or ChatStoreFullException or ChatOverloadedException or ChatTopologyException:
                    _error = error;
                    break;
                default:
                    _fatal = error;
                    break;
            }

            _progress.TrySetResult();
            _progress = NewSignal();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void ThrowIfEnded()
    {
        if (_isEnded)
        {
            throw new InvalidOperationException("The message was completed or abandoned. Begin another one.");
        }
    }

    private void ThrowIfFailed()
    {
        ThrowIfEnded();
        if (_fatal is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_fatal);
        }

        if (_error is { } error)
        {
            // Reported once; this call also starts the next attempt.
            _error = null;
            _isHasty = true;
            _wanted.TrySetResult();
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
        }
    }
}
