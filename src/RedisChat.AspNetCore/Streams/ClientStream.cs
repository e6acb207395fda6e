namespace RedisChat.AspNetCore;

/// <summary>
/// What one client receives, over an event stream or a hub connection: the events of its rooms, to which rooms can be added and from which they can be removed, and its
/// inbox and drafts. It ends when the client goes, the host shuts down, the user may no longer use the chat, or the client takes no data.
/// </summary>
/// <remarks>Thread-safe, but for <see cref="RunAsync"/>, which is called once.</remarks>
internal sealed partial class ClientStream : IAsyncDisposable
{
    private readonly ChatWeb _web;
    private readonly IClientSink _sink;
    private readonly CancellationTokenSource _ending;
    private readonly CancellationToken _ended;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Task _revocation;
    private StreamEnd? _end;
    private volatile bool _isStalled;
    private bool _isClosed;

    public ClientStream(ChatWeb web, ChatCaller caller, IClientSink sink, CancellationToken clientGone)
    {
        (_web, Caller, _sink) = (web, caller, sink);
        _ending = CancellationTokenSource.CreateLinkedTokenSource(clientGone);
        _ended = _ending.Token;
        (_inbox, _drafts) = (new Delivery(_ended), new Delivery(_ended));
        var options = new WatchManyOptions { As = caller.User, Heartbeat = sink.NeedsHeartbeat ? web.Options.Heartbeat : null, MaxCatchUp = web.Options.MaxCatchUp };
        _rooms = caller.Chat.WatchManyAsync([], options, _ended);
        _revocation = EndWhenRevokedAsync();
    }

    public ChatCaller Caller { get; }

    /// <summary>Tells the client the stream's id.</summary>
    public ValueTask WriteAsync(string id) => WriteAsync(static (sink, opened) => sink.WriteAsync(opened), new StreamOpened(id), flush: true);

    /// <summary>Ends the stream, and tells the client why.</summary>
    public void End(StreamEnd end)
    {
        Interlocked.CompareExchange(ref _end, end, null);
        try
        {
            _ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended already.
        }
    }

    /// <summary>Asks the application again what the user may see.</summary>
    public async Task CheckAccessAsync()
    {
        try
        {
            if (!await Caller.IsStillSameAsync(_ended).ConfigureAwait(false))
            {
                End(StreamEnd.Unauthenticated);
                return;
            }

            string[] rooms;
            lock (_added)
            {
                rooms = [.. _added.Keys];
            }

            foreach (var room in rooms)
            {
                if (!await Caller.MayReadAsync(room, _ended).ConfigureAwait(false))
                {
                    await LeftAsync(room, ChatProblem.NoAccess).ConfigureAwait(false);
                }
            }

            await HideAsync().ConfigureAwait(false);
        }
        catch (SlowClientException)
        {
            await StallAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            // Nothing is allowed by a failure.
            WebLog.AccessFailed(_web.Logger, e);
            End(StreamEnd.Failure);
        }
    }

    /// <summary>Delivers until the stream ends. Does not throw; <see langword="false"/> if the client took no data and its connection must be cut.</summary>
    public async Task<bool> RunAsync()
    {
        try
        {
            await DeliverRoomsAsync().ConfigureAwait(false);
        }
        catch (SlowClientException)
        {
            return false;
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
        }
        catch (ObjectDisposedException)
        {
            End(StreamEnd.Unavailable);
        }
        catch (Exception e)
        {
            WebLog.StreamFailed(_web.Logger, e);
            End(StreamEnd.Failure);
        }

        return !_isStalled && await SayWhyAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await CloseInboxAsync().ConfigureAwait(false);
        await CloseDraftsAsync().ConfigureAwait(false);
        await _rooms.DisposeAsync().ConfigureAwait(false);
        await _revocation.ConfigureAwait(false);
        StreamPresence[] left;
        lock (_added)
        {
            left = [.. _added.Values.OfType<StreamPresence>()];
            _added.Clear();
        }

        await _writing.WaitAsync().ConfigureAwait(false);
        _isClosed = true;
        _writing.Release();

        // The users leave in the background: while the store is away, nobody must wait for that.
        _ = LeaveAsync(left).AsTask();
        _ending.Dispose();
    }

    // The rooms would find out by themselves; a stream that has none at the moment would not.
    private async Task EndWhenRevokedAsync()
    {
        try
        {
            await Caller.Chat.WaitForRevocationAsync(Caller.User, _ended).ConfigureAwait(false);
            End(StreamEnd.Revoked);
        }
        catch (Exception e) when (e is OperationCanceledException or NotSupportedException or ObjectDisposedException)
        {
            // It has ended, or the store knows no revocation.
        }
        catch (ChatUnavailableException)
        {
            // A revocation may have been lost: whoever comes back is authenticated again.
            End(StreamEnd.Unavailable);
        }
        catch (Exception e)
        {
            WebLog.StreamFailed(_web.Logger, e);
            End(StreamEnd.Failure);
        }
    }

    /// <summary>Delivers what belongs to the user, until it is canceled. Does not throw: any other end is that of the stream.</summary>
    private async Task DeliverAsync(Func<CancellationToken, Task> deliver, CancellationToken cancellationToken)
    {
        try
        {
            await deliver(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (SlowClientException)
        {
            await StallAsync().ConfigureAwait(false);
        }
        catch (ChatForbiddenException)
        {
            End(StreamEnd.Revoked);
        }
        catch (Exception e) when (e is ObjectDisposedException or ChatUnavailableException)
        {
            End(StreamEnd.Unavailable);
        }
        catch (Exception e)
        {
            WebLog.StreamFailed(_web.Logger, e);
            End(StreamEnd.Failure);
        }
    }

    private Task StallAsync()
    {
        _isStalled = true;
        return _ending.CancelAsync();
    }

    // The last frame, unless the client is the one who left.
    private async Task<bool> SayWhyAsync()
    {
        if (Volatile.Read(ref _end) is { } end)
        {
            try
            {
                await WriteAsync(static (sink, reason) => sink.WriteAsync(reason), end, flush: true).ConfigureAwait(false);
            }
            catch (SlowClientException)
            {
                return false;
            }
            catch (OperationCanceledException)
            {
                // The client went at the same time.
            }
        }

        return true;
    }

    private async ValueTask WriteAsync<T>(Func<IClientSink, T, ValueTask> write, T value, bool flush)
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_isClosed)
            {
                // The response is over, and its connection may already carry another one.
                throw new OperationCanceledException(_ended);
            }

            await write(_sink, value).ConfigureAwait(false);
            if (flush)
            {
                await _sink.FlushAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _writing.Release();
        }
    }
}
