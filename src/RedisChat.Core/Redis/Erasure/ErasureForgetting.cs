using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Removes what has no event: the steps of <c>user_forget.lua</c>, of one room.</summary>
/// <param name="roomKey">The room's hash.</param>
internal sealed class ErasureForgetting(string roomKey)
{
    private static readonly RedisScript Script = new("user_forget.lua");

    private readonly List<RedisKey> _keys = [roomKey];
    private readonly List<RedisValue> _steps = [];

    public bool IsEmpty => _steps.Count == 0;

    public void Drop(string key) => _steps.AddRange(["drop", Index(key)]);

    public void Fields(string key, params IReadOnlyCollection<RedisValue> fields) => AddAll("fields", key, fields);

    public void Leave(string key, params IReadOnlyCollection<RedisValue> members) => AddAll("leave", key, members);

    /// <summary>Replaces the value of a field if it still is what it was; deletes it if the new one is empty.</summary>
    public void Swap(string key, RedisValue field, RedisValue old, RedisValue value) => _steps.AddRange(["swap", Index(key), field, old, value]);

    public void Rename(string key, RedisValue old, RedisValue member) => _steps.AddRange(["rename", Index(key), old, member]);

    public void Move(string key, string to) => _steps.AddRange(["move", Index(key), Index(to)]);

    /// <summary>Removes a user from those who are here, in some processes.</summary>
    /// <param name="users">The users, by user.</param>
    /// <param name="processes">The same by process.</param>
    /// <param name="here">The hash with the number of users.</param>
    /// <param name="user">The user.</param>
    /// <param name="of">The names of the processes.</param>
    public void Absent(string users, string processes, string here, string user, IReadOnlyCollection<RedisValue> of) =>
        _steps.AddRange(["absent", Index(users), Index(processes), Index(here), user, of.Count, .. of]);

    public void Unmark(string user) => _steps.AddRange(["unmark", user]);

    public async Task RunAsync(IDatabase database, CancellationToken cancellationToken)
    {
        if (!IsEmpty)
        {
            await Script.AskAsync(
                database, _keys.Count, [.. _keys.Select(key => (RedisKeyOrValue)key), .. _steps.Select(step => (RedisKeyOrValue)step)], cancellationToken).ConfigureAwait(false);
        }
    }

    private void AddAll(string step, string key, IReadOnlyCollection<RedisValue> names)
    {
        if (names.Count > 0)
        {
            _steps.AddRange([step, Index(key), names.Count, .. names]);
        }
    }

    private string Index(string key)
    {
        var index = _keys.IndexOf(key);
        if (index < 0)
        {
            index = _keys.Count;
            _keys.Add(key);
        }

        return (index + 1).ToString(CultureInfo.InvariantCulture);
    }
}
