using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Checks that the lists of users' rooms are those of the members of rooms.</summary>
internal sealed class UserCheck(TransferCalls calls, MemberLists lists, TransferFindings findings, bool repair)
{
    // A process that joins a user lists the room before that.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    /// <summary>Checks that a user's rooms know the user.</summary>
    public async Task CheckAsync(TransferScope scope, CancellationToken cancellationToken)
    {
        var user = scope.User!;
        var state = await calls.ReadAsync(database => ScopeState.ReadAsync(database, calls.Keys.Room(scope.Id)), cancellationToken).ConfigureAwait(false);
        if (state.IsClosed)
        {
            findings.Add(scope, "unfinished", $"The import of what belongs to the user was not completed. Repeat the import, or delete the key '{calls.Keys.Room(scope.Id)}', which records it.");
            return;
        }

        await foreach (var entry in calls.FieldsAsync(calls.Keys.ListedRooms(user), cancellationToken).ConfigureAwait(false))
        {
            findings.Facts++;
            var room = (string)entry.Name!;
            if (!ListedRoomText.TryRead(room, entry.Value, out var listed))
            {
                findings.Add(scope, "listed", $"The entry of room {ThreadId.NameOf(room)} in the user's list cannot be read.");
                continue;
            }

            // Whoever leaves is removed from the members before the list.
            if (calls.Context.Time.GetUtcNow() - listed.ChangedAt < Grace
                || await lists.IsMemberAsync(room, user, cancellationToken).ConfigureAwait(false)
                || await calls.ReadAsync(database => database.HashGetAsync(calls.Keys.ListedRooms(user), room, CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false) != entry.Value)
            {
                continue;
            }

            if (repair)
            {
                await lists.RemoveAsync(user, room, entry.Value, cancellationToken).ConfigureAwait(false);
            }

            findings.Add(scope, "listed", $"The user's list has room {ThreadId.NameOf(room)}, but the user is not a member of it.", repair);
        }
    }

    /// <summary>Checks that the members of a room have it in their lists.</summary>
    public async Task CheckMembersAsync(TransferScope scope, CancellationToken cancellationToken)
    {
        await foreach (var user in lists.LackingAsync(scope.Id, () => findings.Facts++, cancellationToken).ConfigureAwait(false))
        {
            if (repair)
            {
                await lists.AddAsync(user, scope.Id, cancellationToken).ConfigureAwait(false);
            }

            findings.Add(scope, "listed", $"User {user} is a member, but the user's list does not have the room.", repair);
        }
    }
}
