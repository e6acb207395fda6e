using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Finds the authors of messages in a room of the classic layout, for one call. In this layout a message does not name its author: only the hash of
/// the author's messages contains its id.
/// </summary>
/// <remarks>
/// The room's hash has the id of each user's last message, so users whose last message is older than the messages in question are only asked if an
/// author is still missing: the value can be too low after two programs sent for one user at the same time. The newest page therefore never asks more
/// users than it has ids, whatever the number of users in the room.
/// </remarks>
internal sealed class ClassicAuthors(IDatabase database, ClassicKeyScheme keys, string room, CancellationToken cancellationToken)
{
    private const int SmallestGroup = 64;
    private const int LargestGroup = 1024;

    /// <summary>All users, sorted by the id of their last message.</summary>
    private (string User, long Last)[] _users = [];

    /// <summary>The number of users whose hashes were read.</summary>
    public int Asked { get; private set; }

    /// <summary>Reads the list of users.</summary>
    public async Task LoadAsync()
    {
        var users = await database.HashGetAllAsync(keys.Room(room), CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);

        // Another program may have stored users whose key belongs to something else. A last id that is not a number may stand for any id.
        _users =
        [
            .. users.Where(user => !ClassicKeyScheme.IsTaken(user.Name!))
                .Select(user => ((string)user.Name!, user.Value.TryParse(out long last) ? last : long.MaxValue))
                .OrderBy(user => user.Item2),
        ];
    }

    /// <summary>Finds authors. The result omits messages whose author is not on the list of users.</summary>
    /// <param name="ids">Ids that may have messages; at least one.</param>
    /// <param name="existing">The ids among them that have a message. Meanwhile, the likeliest authors are already asked.</param>
    public async Task<Dictionary<long, string>> FindAsync(IReadOnlyList<long> ids, Task<List<long>> existing)
    {
        var found = new Dictionary<long, string>();
        using var groups = Groups(ids.Min(), Math.Max(ids.Count, SmallestGroup)).GetEnumerator();
        var likeliest = groups.MoveNext() ? AskAsync(groups.Current, ids, found) : Task.CompletedTask;
        await Task.WhenAll(existing, likeliest).ConfigureAwait(false);
        var missing = await existing.ConfigureAwait(false);
        while ((missing = missing.FindAll(id => !found.ContainsKey(id))).Count > 0 && groups.MoveNext())
        {
            await AskAsync(groups.Current, missing, found).ConfigureAwait(false);
        }

        return found;
    }

    /// <summary>The users who sent something since a message, the nearest to it first, and then the others, the nearest first.</summary>
    private IEnumerable<ArraySegment<(string User, long Last)>> Groups(long oldest, int size)
    {
        var before = Array.FindIndex(_users, user => user.Last >= oldest) is >= 0 and var index ? index : _users.Length;
        var others = _users[..before];
        Array.Reverse(others);
        foreach (var users in ((string User, long Last)[][])[_users[before..], others])
        {
            for (var start = 0; start < users.Length;)
            {
                var count = Math.Min(size, users.Length - start);
                yield return new(users, start, count);
                start += count;
                size = Math.Min(size * 2, LargestGroup);
            }
        }
    }

    private async Task AskAsync(ArraySegment<(string User, long Last)> users, IReadOnlyList<long> ids, Dictionary<long, string> found)
    {
        Asked += users.Count;
        var fields = ids.Select(id => (RedisValue)id).ToArray();
        var texts = await Task.WhenAll(users.Select(user => database.HashGetAsync(keys.User(room, user.User), fields, CommandFlags.DemandMaster)))
            .UntilAsync(cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < texts.Length; i++)
        {
            for (var j = 0; j < ids.Count; j++)
            {
                if (!texts[i][j].IsNull)
                {
                    found.TryAdd(ids[j], users[i].User);
                }
            }
        }
    }
}
