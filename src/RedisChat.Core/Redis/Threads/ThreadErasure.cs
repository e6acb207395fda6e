using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Ends the threads of a room that is being deleted: each is marked as deleted, which ends its watchers, and leaves the inboxes of its followers. Its keys go with those of the room, below which they are.
/// </summary>
/// <param name="context">The shared parts of the store.</param>
/// <param name="changer">Marks the threads.</param>
/// <param name="others">What goes with a thread besides its own keys.</param>
internal sealed class ThreadErasure(RedisStoreContext context, RoomChanger changer, IReadOnlyList<IDeletedRoom> others) : IDeletedRoom
{
    private const char Kind = 'x';
    private const int ThreadsAtOnce = 100;

    public async ValueTask ForgetAsync(string room, string mark, CancellationToken cancellationToken)
    {
        if (ThreadId.IsThread(room))
        {
            return;
        }

        var threads = await context.Calls.RunAsync(
            (RedisKey)context.Keys.Threads(room),
            static async (database, key, token) =>
            {
                var found = new HashSet<long>();
                await foreach (var thread in database.HashScanAsync(key, pageSize: ThreadsAtOnce, flags: CommandFlags.DemandMaster).WithCancellation(token).ConfigureAwait(false))
                {
                    if (StrictNumber.TryRead((string?)thread.Name, out var id))
                    {
                        found.Add(id);
                    }
                }

                return found;
            },
            cancellationToken).ConfigureAwait(false);
        var details = mark[(mark.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        foreach (var id in threads)
        {
            var thread = new ThreadId(room, id).RoomId;
            if (!await TryMarkAsync(room, thread, mark, details, cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            // The room is being deleted, so nobody needs the field. If this is interrupted, the next attempt goes on from here.
            await context.Calls.RunAsync(
                (Key: (RedisKey)context.Keys.Threads(room), Id: id),
                static async (database, call, token) => await database.HashDeleteAsync(call.Key, call.Id, CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false),
                cancellationToken, writes: true).ConfigureAwait(false);
        }
    }

    /// <summary>Marks a thread; <see langword="false"/> if the deletion of the room is over.</summary>
    private async ValueTask<bool> TryMarkAsync(string room, string thread, string mark, string details, CancellationToken cancellationToken)
    {
        var (hash, above, isOver) = (context.Keys.Room(thread), context.Keys.Room(room), false);
        var own = "";

        // Nobody can create the room again before its deletion is over, because that is when its mark goes.
        await changer.RunAsync(thread, ["?", RedisValue.Null, mark], Decide, cancellationToken).ConfigureAwait(false);
        if (isOver)
        {
            return false;
        }

        context.Rooms.Forget(thread);
        foreach (var other in own.Length > 0 ? others : [])
        {
            await other.ForgetAsync(thread, own, cancellationToken).ConfigureAwait(false);
        }

        return true;

        RoomChange? Decide(RoomState state)
        {
            // The first values are a guess.
            isOver = state.Values[2] != mark;
            own = state.Values[0].IsNull ? ""
                : state.Values[0] == RoomCounters.BeingDeleted ? (string?)state.Values[1] ?? "" : $"{state.Values[0]} {details}";
            return isOver || state.Values[0].IsNull || state.Values[0] == RoomCounters.BeingDeleted
                ? null
                : new RoomChange(context.Keys, thread, Kind, "room", RoomPermit.Application) { IgnoresParent = true }
                    .Expect(hash, "epoch", state.Values[0])
                    .Expect(hash, DeletionMark.Field, RedisValue.Null)
                    .Expect(above, DeletionMark.Field, state.Values[2])
                    .Delete(hash, "epoch").Set(hash, "epoch", RoomCounters.BeingDeleted).Set(hash, DeletionMark.Field, own).Line(details);
        }
    }
}
