using System.Diagnostics;

namespace RedisChat.IntegrationTests.Live;

/// <summary>A sender that sends one message at a time, each with a different text.</summary>
internal sealed class Flow : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly List<string> _acknowledged = [];
    private readonly SemaphoreSlim _progress = new(0);
    private readonly Task _sending;
    private TimeSpan _longestSend;
    private int _sent;

    public Flow(Chat chat, string room, string user = "alice") => _sending = Task.Run(async () =>
    {
        for (var i = 1; !_end.IsCancellationRequested; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            await chat.SendAsync(room, user, $"message {i}", CancellationToken.None);
            _acknowledged.Add($"message {i}");
            _longestSend = Stopwatch.GetElapsedTime(begun) is var took && took > _longestSend ? took : _longestSend;
            Volatile.Write(ref _sent, i);
            _progress.Release();
        }
    });

    public int Sent => Volatile.Read(ref _sent);

    /// <summary>How long the slowest send took, retries included: the time to recover from a fault.</summary>
    public TimeSpan LongestSend => _longestSend;

    public async Task UntilSentAsync(int count)
    {
        while (Sent < count)
        {
            var progress = _progress.WaitAsync(TimeSpan.FromSeconds(60));
            await Task.WhenAny(progress, _sending);
            if (_sending.IsFaulted)
            {
                await _sending;
            }

            (await progress).Should().BeTrue("sending must continue");
        }
    }

    /// <summary>Stops sending. Returns the acknowledged texts, in order.</summary>
    public async Task<IReadOnlyList<string>> EndAsync()
    {
        await _end.CancelAsync();
        await _sending;
        return _acknowledged;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAny(_sending);
    }
}
