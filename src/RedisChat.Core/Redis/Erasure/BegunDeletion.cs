using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The step of an erasure in a room whose deletion was begun by somebody else.</summary>
internal static class BegunDeletion
{
    /// <summary>Names the deletion, so that it is completed; or, if it was completed meanwhile, has the room searched again: somebody may have created it again.</summary>
    /// <param name="database">The database.</param>
    /// <param name="keys">Names the keys.</param>
    /// <param name="room">The room or thread that was found. If its room is being deleted, the thread goes with it.</param>
    /// <param name="wasMarked">Whether the room refused the user's writes before.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<ErasedStep> StepAsync(IDatabase database, KeyNames keys, string room, bool wasMarked, CancellationToken cancellationToken)
    {
        foreach (var name in new[] { ThreadId.RuledBy(room), room }.Distinct())
        {
            var fields = await database.HashGetAsync(keys.Room(name), ["epoch", DeletionMark.Field], CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
            if (fields[0] == RoomCounters.BeingDeleted)
            {
                return new ErasedStep(false, 0, null)
                {
                    BeingDeleted = name,
                    DeletionCursor = RoomEraser.FirstCursor(fields[1]!),
                    IsMarked = wasMarked,
                };
            }
        }

        return new ErasedStep(true, 0, null) { IsMarked = wasMarked };
    }
}
