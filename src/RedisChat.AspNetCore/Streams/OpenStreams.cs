using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace RedisChat.AspNetCore;

/// <summary>The event streams and hub connections that are open on this node: counts them, asks for access again, and ends them when the host shuts down.</summary>
internal sealed class OpenStreams : IDisposable
{
    /// <summary>How long a shutdown waits for the last frames before it cuts the connections.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(900);

    private static readonly ParallelOptions AtOnce = new() { MaxDegreeOfParallelism = 32 };

    private readonly ChatWeb _web;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenRegistration _onStopping;
    private readonly ConcurrentDictionary<string, OpenStream> _streams = new();
    private readonly Dictionary<string, int> _ofUser = [];
    private readonly ITimer _checks;
    private int _isChecking;

    public OpenStreams(ChatWeb web, IHostApplicationLifetime? lifetime)
    {
        _web = web;
        _stopping = lifetime?.ApplicationStopping ?? CancellationToken.None;
        _onStopping = _stopping.Register(() => _ = EndAllAsync());
        _checks = web.Time.CreateTimer(_ => _ = CheckAccessAsync(), null, web.Options.AccessInterval, web.Options.AccessInterval);
    }

    /// <summary>Adds a stream, until the result is disposed.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="context">Its request.</param>
    /// <param name="abort">Cuts its connection.</param>
    /// <exception cref="ChatProblemException">The user has too many streams.</exception>
    public OpenStream Open(ClientStream stream, HttpContext? context, Action abort)
    {
        lock (_ofUser)
        {
            var count = _ofUser.GetValueOrDefault(stream.Caller.User);
            if (count >= _web.Options.MaxStreamsPerUser)
            {
                throw new ChatProblemException(new ChatProblem(429, ProblemCodes.TooMany, "The user has too many event streams open. Close some.") { Reason = "streams", RetryAfter = 5 });
            }

            _ofUser[stream.Caller.User] = count + 1;
        }

        var ticket = context?.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.ExpiresUtc;
        var open = new OpenStream(this, RandomNumberGenerator.GetHexString(32, lowercase: true), stream, abort, ticket);
        _streams[open.Id] = open;
        if (_stopping.IsCancellationRequested)
        {
            stream.End(StreamEnd.Shutdown);
        }

        return open;
    }

    /// <summary>Finds a user's stream; <see langword="null"/> if it is not open on this node.</summary>
    public ClientStream? Find(string id, string user) =>
        _streams.TryGetValue(id, out var open) && open.Stream.Caller.User == user ? open.Stream : null;

    public void Close(OpenStream open)
    {
        if (!_streams.TryRemove(open.Id, out _))
        {
            return;
        }

        lock (_ofUser)
        {
            var user = open.Stream.Caller.User;
            if (--_ofUser[user] == 0)
            {
                _ofUser.Remove(user);
            }
        }
    }

    public void Dispose()
    {
        _checks.Dispose();
        _onStopping.Dispose();
    }

    private async Task CheckAccessAsync()
    {
        if (Interlocked.Exchange(ref _isChecking, 1) == 1)
        {
            return;
        }

        try
        {
            // First, and never behind the application's code.
            var now = _web.Time.GetUtcNow();
            foreach (var open in _streams.Values.Where(open => open.Expires <= now))
            {
                open.Stream.End(StreamEnd.Expired);
            }

            await Parallel.ForEachAsync(_streams.Values, AtOnce, async (open, _) => await CheckAccessAsync(open.Stream).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            WebLog.AccessFailed(_web.Logger, e);
        }
        finally
        {
            Volatile.Write(ref _isChecking, 0);
        }
    }

    // An application that does not answer must not keep the others from being checked.
    private async Task CheckAccessAsync(ClientStream stream)
    {
        try
        {
            await stream.CheckAccessAsync().WaitAsync(_web.Options.AccessInterval, _web.Time).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            WebLog.AccessFailed(_web.Logger, e);
            stream.End(StreamEnd.Failure);
        }
    }

    private async Task EndAllAsync()
    {
        foreach (var open in _streams.Values)
        {
            open.Stream.End(StreamEnd.Shutdown);
        }

        await Task.Delay(Farewell, _web.Time, CancellationToken.None).ConfigureAwait(false);
        foreach (var open in _streams.Values)
        {
            open.Abort();
        }
    }
}
