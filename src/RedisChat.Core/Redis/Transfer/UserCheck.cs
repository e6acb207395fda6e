using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Checks that the lists of users' rooms are those of the members of rooms.</summary>
internal sealed class UserCheck(TransferCalls calls, IMembershipList lists, TransferFindings findings, bool repair)
{
    private const int FieldsAtOnce = 500;

    // A process that joins a user lists the room before that.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    /// <summary>Checks that a user's rooms know the user.</summary>
    public async Task CheckAsync(TransferScope scope, CancellationToken cancellationToken)
    {
        var user = scope.User!;
        var state = await calls.ReadAsync(database => ScopeState.ReadAsync(database, calls.Keys.Room(scope.Id)), cancellationToken).ConfigureAwait(false);
        if (state.IsClosed)
        {
            findings.Add(scope, "unfinished", "The import of what belongs to the user was not completed. Repeat the import.");
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

            var member = await calls.ReadAsync(read => read.HashGetAsync(calls.Keys.Members(room), user, CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
            if ((MemberText.TryRead(user, member, out var found, out _) && found.Role is not null) || calls.Context.Time.GetUtcNow() - listed.ChangedAt < Grace)
            {
                continue;
            }

            if (repair)
            {
                await lists.RemoveAsync(user, room, entry.Value, cancellationToken).ConfigureAwait(false);
            }

            findings.Add(scope, "listed", $"The user's list has room {ThreadId.NameOf(room)}, of which the user is no member.", repair);
        }
    }

    /// <summary>Checks that the members of a room have it in their lists.</summary>
    public async Task CheckMembersAsync(TransferScope scope, CancellationToken cancellationToken)
    {
        var users = new List<string>(FieldsAtOnce);
        await foreach (var entry in calls.FieldsAsync(calls.Keys.Members(scope.Id), cancellationToken).ConfigureAwait(false))
        {
            findings.Facts++;
            if (MemberText.TryRead(entry.Name!, entry.Value, out var member, out _) && member.Role is not null)
            {
                users.Add(entry.Name!);
            }

            if (users.Count == FieldsAtOnce)
            {
                await CheckAsync(scope, users, cancellationToken).ConfigureAwait(false);
            }
        }

        await CheckAsync(scope, users, cancellationToken).ConfigureAwait(false);
    }

    private async Task CheckAsync(TransferScope scope, List<string> users, CancellationToken cancellationToken)
    {
        var listed = await calls.ReadAsync(
            database => Task.WhenAll(users.Select(user => database.HashExistsAsync(calls.Keys.ListedRooms(user), scope.Id, CommandFlags.DemandMaster))), cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < listed.Length; i++)
        {
            if (listed[i])
            {
                continue;
            }

            if (repair)
            {
                await lists.ConfirmAsync(users[i], scope.Id, cancellationToken).ConfigureAwait(false);
            }

            findings.Add(scope, "listed", $"User {users[i]} is a member, but the user's list does not have the room.", repair);
        }

        users.Clear();
    }
}
