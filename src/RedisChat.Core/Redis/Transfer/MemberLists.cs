using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Compares the members of rooms with the users' lists of rooms, and corrects the lists.</summary>
/// <param name="calls">Runs the calls.</param>
/// <param name="lists">The lists of users' rooms.</param>
internal sealed class MemberLists(TransferCalls calls, IMembershipList lists)
{
    private const int MembersAtOnce = 500;

    /// <summary>The members of a room who do not have it in their lists.</summary>
    /// <param name="room">The room.</param>
    /// <param name="visit">Called for each entry among the members.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async IAsyncEnumerable<string> LackingAsync(string room, Action? visit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var members = new List<RoomMember>(MembersAtOnce);
        await foreach (var entry in calls.FieldsAsync(calls.Keys.Members(room), cancellationToken).ConfigureAwait(false))
        {
            visit?.Invoke();
            if (TryReadMember(entry.Name!, entry.Value, out var member))
            {
                members.Add(member);
            }

            if (members.Count == MembersAtOnce)
            {
                foreach (var user in await LackingAsync(room, members, cancellationToken).ConfigureAwait(false))
                {
                    yield return user;
                }

                members.Clear();
            }
        }

        foreach (var user in await LackingAsync(room, members, cancellationToken).ConfigureAwait(false))
        {
            yield return user;
        }
    }

    /// <summary>Whether a user is a member of a room now.</summary>
    public async Task<bool> IsMemberAsync(string room, string user, CancellationToken cancellationToken) =>
        TryReadMember(user, await calls.ReadAsync(database => database.HashGetAsync(calls.Keys.Members(room), user, CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false), out _);

    /// <summary>Adds a room that the user is a member of to the user's list, if it is not there.</summary>
    public Task AddAsync(string user, string room, CancellationToken cancellationToken) => calls.RepeatAsync(() => lists.ConfirmAsync(user, room, cancellationToken), cancellationToken);

    /// <summary>Removes a room from a user's list, unless its entry has changed.</summary>
    public Task RemoveAsync(string user, string room, RedisValue entry, CancellationToken cancellationToken) =>
        calls.RepeatAsync(() => lists.RemoveAsync(user, room, entry, cancellationToken), cancellationToken);

    private async Task<List<string>> LackingAsync(string room, List<RoomMember> members, CancellationToken cancellationToken)
    {
        var listed = await calls.ReadAsync(
            database => Task.WhenAll(members.Select(member => database.HashExistsAsync(calls.Keys.ListedRooms(member.User), room, CommandFlags.DemandMaster))), cancellationToken).ConfigureAwait(false);
        var lacking = members.Where((_, i) => !listed[i]).ToList();

        // Whoever leaves is removed from the members before the list.
        var now = await calls.ReadAsync(
            database => Task.WhenAll(lacking.Select(member => database.HashGetAsync(calls.Keys.Members(room), member.User, CommandFlags.DemandMaster))), cancellationToken).ConfigureAwait(false);
        return [.. lacking.Where((member, i) => TryReadMember(member.User, now[i], out var same) && same.JoinedAt == member.JoinedAt).Select(member => member.User)];
    }

    private static bool TryReadMember(string user, RedisValue text, out RoomMember member) => MemberText.TryRead(user, text, out member, out _) && member.Role is not null;
}
