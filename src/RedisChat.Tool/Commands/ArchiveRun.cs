using RedisChat.Tool.Connecting;

namespace RedisChat.Tool.Commands;

/// <summary>Moves rooms to the archive one after another, and prints each as soon as nothing of it waits any more.</summary>
/// <param name="output">Where to print.</param>
/// <param name="time">The clock.</param>
/// <param name="archive">Moves what can be moved of a room, and reports the runs.</param>
/// <param name="form">How it prints.</param>
internal sealed class ArchiveRun(ToolOutput output, TimeProvider time, Func<string, IProgress<long>, CancellationToken, Task<ArchivedStep>> archive, ArchiveRun.Form form) : IDisposable
{
    // A conflict ends in a second, and a copy that the archive refuses in a minute. What still waits after so many of them waits for something else.
    private static readonly TimeSpan MostWait = TimeSpan.FromMinutes(10);

    private readonly ProgressReport _progress = new(output, time, "runs of 128 ids");
    private readonly Dictionary<string, Begun> _begun = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, long> _waiting = new();
    private (long Rooms, long Runs, long Failed) _done;
    private long _moved;

    /// <summary>How it prints.</summary>
    /// <param name="IsOne">Whether one room was named.</param>
    /// <param name="IsDry">Whether nothing is moved.</param>
    /// <param name="IsJson">Whether a room is a line of JSON.</param>
    public readonly record struct Form(bool IsOne, bool IsDry, bool IsJson);

    /// <summary>A room with something that waits.</summary>
    /// <param name="Runs">The runs that were moved.</param>
    /// <param name="Waited">How long it has waited since the last one was moved, or the room was prepared. What other rooms took meanwhile does not count.</param>
    private readonly record struct Begun(long Runs, TimeSpan Waited);

    public void Dispose() => _progress.Dispose();

    /// <summary>Moves what can be moved now.</summary>
    public async Task BeginAsync(string room, CancellationToken cancellationToken)
    {
        var (before, isRepeated) = (_moved, _begun.Remove(room, out var begun));
        try
        {
            var step = await archive(room, new Forward<long>(runs => _progress.Report(_moved = before + runs)), cancellationToken);
            _moved = before + step.Moved;
            var pause = (step.Next ?? TimeSpan.Zero) + TimeSpan.FromMilliseconds(1);
            var now = new Begun(begun.Runs + step.Moved, isRepeated && step.Moved == 0 ? begun.Waited + pause : TimeSpan.Zero);
            if (!step.IsWaiting)
            {
                Settle(room, now.Runs, error: null);
            }
            else if (now.Waited > MostWait)
            {
                Settle(room, now.Runs, "The messages could not be moved: they are being changed all the time, or the archive has later copies, or it has removed the room. Try again later.");
            }
            else
            {
                _begun[room] = now;
                _waiting.Enqueue(room, Now() + (long)pause.TotalMilliseconds);
            }
        }
        catch (ChatException e) when (e is not ChatUnavailableException)
        {
            // The others can be archived all the same.
            Settle(room, begun.Runs + _moved - before, Hints.Explain(e));
        }
    }

    /// <summary>Moves the rest, once rooms that had no archive are prepared, and prints all rooms together.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> FinishAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count > 0)
        {
            output.Note(
                $"{Texts.Count(_waiting.Count, "room")} {(_waiting.Count == 1 ? "has" : "have")} messages that can go in a few minutes: a room is prepared for six minutes before its first messages leave. After Ctrl+C, the same command continues.");
        }

        while (_waiting.TryDequeue(out var room, out var at))
        {
            if (at - Now() is var pause and > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(pause), time, cancellationToken);
            }

            await BeginAsync(room, cancellationToken);
        }

        if (!form.IsOne && !form.IsJson)
        {
            output.Line($"{Texts.Count(_done.Rooms, "room")}: {Runs(_done.Runs)}{(_done.Failed > 0 ? $"; {Texts.Count(_done.Failed, "room")} could not be archived" : "")}.");
        }

        return _done.Failed > 0 ? ExitCode.Refused : ExitCode.Done;
    }

    private void Settle(string room, long runs, string? error)
    {
        _done = (_done.Rooms + 1, _done.Runs + runs, _done.Failed + (error is null ? 0 : 1));
        if (form.IsJson)
        {
            output.Json(new ArchivedRoom(room, runs, form.IsDry, error), ToolJsonContext.Default.ArchivedRoom);
            return;
        }

        if (form.IsOne || runs > 0)
        {
            output.Line($"{room}: {Runs(runs)}.");
        }

        if (error is not null)
        {
            output.Error($"{room}: {error}");
        }
    }

    private string Runs(long count) => $"{Texts.Count(count, "run")} of 128 ids {(form.IsDry ? "would be moved" : "moved")}";

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
