using System.Runtime.CompilerServices;

namespace RedisChat;

/// <summary>Erases one user: see <see cref="ChatUser.EraseAsync"/>.</summary>
/// <param name="store">The store.</param>
/// <param name="runner">Runs the steps.</param>
/// <param name="user">The user.</param>
/// <param name="options">How.</param>
/// <param name="progress">Receives reports.</param>
internal sealed partial class UserEraser(IMessageStore store, OperationRunner runner, string user, ErasureOptions options, IProgress<ErasureProgress>? progress)
{
    // If the user's writes never end, neither would the passes.
    private const int MostPasses = 20;

    // Where answers are lost again and again, the next pass and the proof decide.
    private const int MostVisits = 3;

    private static readonly ChatOperation Check = new(ChatOperations.Erase, "The user could not be erased");

    private static readonly ChatOperation Prove = new(ChatOperations.Erase, "The user was erased, but the search for what is left could not be completed");

    private static readonly ChatOperation Step = new(ChatOperations.Erase, "The user could not be erased")
    {
        Writes = true,
        InDoubt = "Part of it may have been done. Call it again to continue.",
    };

    private readonly IErasureStore _erasures = store.RequireAbility<IErasureStore>("erasing users");
    private readonly HashSet<string> _found = new(StringComparer.Ordinal);
    private readonly HashSet<string> _marked = new(StringComparer.Ordinal);
    private readonly HashSet<string> _closedThreads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (FoundRoom Room, TimeSpan Until)> _waiting = new(StringComparer.Ordinal);
    private readonly object _gate = new();
    private readonly long _began = runner.Time.GetTimestamp();
    private long _messages;

    /// <summary>The time since the erasure began.</summary>
    private TimeSpan Elapsed => runner.Time.GetElapsedTime(_began);

    public async Task<ErasureReport> RunAsync(CancellationToken cancellationToken)
    {
        await OpenImports.ThrowIfAnyAsync(_erasures, runner, Check, cancellationToken).ConfigureAwait(false);
        if (options.IsDryRun)
        {
            return await CountAsync(cancellationToken).ConfigureAwait(false);
        }

        var erasure = await runner.RunAsync(
            Step, null, (Store: _erasures, User: user, options.Mode), static (call, token) => call.Store.BeginErasureAsync(call.User, call.Mode, token), cancellationToken).ConfigureAwait(false);
        await RevokeAsync(cancellationToken).ConfigureAwait(false);
        var pass = 1;
        while (await PassAsync(erasure, pass, cancellationToken).ConfigureAwait(false))
        {
            pass = pass < MostPasses ? pass + 1 : throw GoesOn();
        }

        for (var round = 1; _waiting.Count > 0; round++)
        {
            if (round > MostPasses)
            {
                throw GoesOn();
            }

            await WaitAsync(erasure, cancellationToken).ConfigureAwait(false);
        }

        await runner.RunAsync(
            Step, null, (Store: _erasures, Erasure: erasure, Marked: _marked),
            static async (call, token) =>
            {
                await call.Store.EndErasureAsync(call.Erasure, call.Marked, token).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        ChatLog.UserErased(runner.Logger, _messages, _found.Count, pass);
        var report = new ErasureReport { Alias = erasure.Alias, Rooms = _found.Count, Messages = _messages, Passes = pass };
        if (options.Verify)
        {
            report = report with { Findings = await SearchAsync(cancellationToken).ConfigureAwait(false) };
            if (!report.Findings.IsClean)
            {
                ChatLog.UserRemains(runner.Logger, report.Findings.Remaining.Count);
            }
        }

        return report;
    }

    private static ChatUnavailableException GoesOn() => new(
        $"Each of {MostPasses} passes over the rooms found something new about the user, so somebody goes on writing. Lock the account, and call this again to continue.")
    {
        Operation = ChatOperations.Erase,
        MayHaveHappened = true,
    };

    /// <summary>Waits until what other processes may have needed can be removed, and removes it.</summary>
    private async Task WaitAsync(UserErasure erasure, CancellationToken cancellationToken)
    {
        var waiting = _waiting.Values.ToList();
        _waiting.Clear();

        // A part of that time has passed during the passes.
        var rest = waiting.Max(place => place.Until) - Elapsed;
        await Task.Delay((rest > TimeSpan.Zero ? rest : TimeSpan.Zero) + TimeSpan.FromMilliseconds(1), runner.Time, cancellationToken).ConfigureAwait(false);
        foreach (var (room, _) in waiting)
        {
            await EraseAsync(erasure, room, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RevokeAsync(CancellationToken cancellationToken)
    {
        if (store.GetAbility<IUserStore>() is { } users)
        {
            await runner.RunAsync(
                Step, null, (Users: users, User: user),
                static async (call, token) =>
                {
                    await call.Users.RevokeAsync(call.User, token).ConfigureAwait(false);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Deals with all rooms; returns whether something was found.</summary>
    private async Task<bool> PassAsync(UserErasure erasure, int pass, CancellationToken cancellationToken)
    {
        var (done, total, isAnyFound) = (0L, 0L, false);
        // What is left of a process that died may be a mark alone.
        await UserScan.ForEachAsync(
            _erasures, runner, Step, pass == 1 && erasure.IsContinued ? null : user, EraseInPassAsync, cancellationToken, found => total += found, restart: () => (done, total) = (0, 0)).ConfigureAwait(false);
        foreach (var room in _closedThreads.ToList())
        {
            await ThreadRemoval.RunAsync(store, runner, room, messageId: null, cancellationToken).ConfigureAwait(false);
            _closedThreads.Remove(room);
        }

        return isAnyFound;

        async ValueTask EraseInPassAsync(FoundRoom room, CancellationToken token)
        {
            var isFound = await EraseAsync(erasure, room, token).ConfigureAwait(false);
            lock (_gate)
            {
                done++;
                isAnyFound |= isFound;
                progress?.Report(new ErasureProgress(pass, done, total, _messages));
            }
        }
    }

    /// <summary>Erases in one room; returns whether something was found that makes another pass necessary.</summary>
    private async Task<bool> EraseAsync(UserErasure erasure, FoundRoom room, CancellationToken cancellationToken)
    {
        var (isFound, isRepeated) = (false, true);
        for (var visit = 1; isRepeated && visit <= MostVisits; visit++)
        {
            // If the answer of a step was lost, the attempt after it does not find what that step has done, and may miss what belongs to it.
            (var found, isRepeated) = await VisitAsync(erasure, room, cancellationToken).ConfigureAwait(false);
            isFound |= found;
        }

        if (!isFound || !UserScope.TryGetUser(room.Room, out _))
        {
            return isFound;
        }

        // The scope of all users names the user only in revocations, one of which this erasure has made, and which are removed at the end, or before if that takes long. For that alone, no other room need be visited again.
        AddWaiting(room, TimeSpan.Zero);
        return false;
    }

    /// <summary>Erases in one room, from the beginning; returns whether something was found, and whether a step had to be repeated.</summary>
    private async Task<(bool IsFound, bool IsRepeated)> VisitAsync(UserErasure erasure, FoundRoom room, CancellationToken cancellationToken)
    {
        var (isFound, cursor, steps, attempts) = (false, (string?)null, 0, new StrongBox<int>());
        do
        {
            steps++;
            var step = await runner.RunAsync(
                Step, NameOf(room), (Store: _erasures, Erasure: erasure, Room: room, Cursor: cursor, Attempts: attempts),
                static (call, attempt) =>
                {
                    call.Attempts.Value++;
                    return call.Store.EraseStepAsync(call.Erasure, call.Room, call.Cursor, attempt);
                },
                cancellationToken).ConfigureAwait(false);
            cursor = step.Cursor;

            // A room that is marked although this call found nothing in it: a process that died, or a step whose answer was lost, did. Another pass is to find nothing, too.
            var isFoundHere = step.Found || (step.IsMarked && !IsMarked(room));
            isFound |= isFoundHere;
            if (step.BeingDeleted is { } deleted)
            {
                isFound = true;
                await DeleteAsync(deleted, step.DeletionCursor, cancellationToken).ConfigureAwait(false);
            }

            Note(room, step, isFoundHere);
        }
        while (cursor is not null);
        return (isFound, attempts.Value > steps);
    }

    private bool IsMarked(FoundRoom room)
    {
        lock (_gate)
        {
            return _marked.Contains(room.Room);
        }
    }

    private void AddWaiting(FoundRoom found, TimeSpan wait)
    {
        var until = Elapsed + wait;
        lock (_gate)
        {
            // Another part of it may have been found before.
            _waiting[found.Room] = _waiting.TryGetValue(found.Room, out var known)
                ? (found with { Places = [.. known.Room.Places.Union(found.Places)] }, until > known.Until ? until : known.Until)
                : (found, until);
        }
    }

    private void Note(FoundRoom found, ErasedStep step, bool isFound)
    {
        var room = found.Room;
        if (step.Wait > TimeSpan.Zero)
        {
            AddWaiting(found, step.Wait);
        }

        lock (_gate)
        {
            _messages += step.Messages;
            if (isFound && !UserScope.TryGetUser(room, out _))
            {
                _found.Add(room);
            }

            if (step.IsMarked)
            {
                _marked.Add(room);
            }

            if (step.ClosedThreads)
            {
                _closedThreads.Add(room);
            }
        }
    }

    /// <summary>Completes the deletion of a room.</summary>
    private async Task DeleteAsync(string room, string? cursor, CancellationToken cancellationToken)
    {
        var rooms = store.RequireAbility<IRoomDirectoryStore>("deleting rooms");
        do
        {
            var step = await runner.RunAsync(
                Step, room, (Rooms: rooms, Room: room, Cursor: cursor), static (call, token) => call.Rooms.DeleteRoomAsync(call.Room, Actor.Application, call.Cursor, token), cancellationToken).ConfigureAwait(false);
            cursor = step.Cursor;
        }
        while (cursor is not null);
    }

    // Errors name rooms alone: the name of a user's scope is not for people.
    private static string? NameOf(FoundRoom room) => UserScope.TryGetUser(room.Room, out _) ? null : room.Room;
}
