using System.Runtime.InteropServices;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reads messages of one room in the classic layout, for one call.</summary>
internal sealed class ClassicReader(IDatabase database, ClassicKeyScheme keys, string room, CancellationToken cancellationToken)
{
    private static readonly RedisValue[] MessageFields = ["content", "timestamp"];

    private readonly List<UnreadableMessage> _unreadable = [];
    private RedisValue[] _users = [];

    public async Task<Message?> GetAsync(long id)
    {
        _users = await ReadUsersAsync().ConfigureAwait(false);
        var messages = new List<Message>(1);
        await ReadAsync([id], messages, atMost: 1).ConfigureAwait(false);
        return _unreadable is [var unreadable, ..] ? throw Unreadable(unreadable.Key!, unreadable.Field) : messages.FirstOrDefault();
    }

    public async Task<MessagePage> ReadPageAsync(MessageQuery query)
    {
        var counter = database.StringGetAsync(keys.Counter(room), CommandFlags.DemandMaster).Observed();
        var source = (query.User is { } user ? ReadIdsOfAsync(user) : Task.FromResult<long[]?>(null)).Observed();
        _users = query.User is { } author ? [author] : await ReadUsersAsync().ConfigureAwait(false);

        var counted = await counter.UntilAsync(cancellationToken).ConfigureAwait(false);
        var last = counted.IsNull ? 0
            : counted.TryParse(out long number) && number is >= 0 and <= ChatLimits.MaxMessageId ? number
            : throw Unreadable(keys.Counter(room), null);
        var plan = PagePlan.For(query, last);
        IIdSource ids = await source.ConfigureAwait(false) is { } idsOfUser
            ? new ListedIds(idsOfUser, plan.Pivot, last)
            : new RoomIds(plan.Pivot, last, keys.Counter(room), null);
        var older = await PageCollector.CollectAsync(ids.OlderAsync, ReadAsync, plan.Older).ConfigureAwait(false);
        var newer = await PageCollector.CollectAsync(ids.NewerAsync, ReadAsync, plan.Newer).ConfigureAwait(false);
        return plan.ToPage(CollectionsMarshal.AsSpan(older), CollectionsMarshal.AsSpan(newer), new RoomPosition(0, last, 0, 0), _unreadable);
    }

    /// <summary>Adds the messages of these ids that there are, in the same order. Who wrote one is found by asking every user's hash.</summary>
    private async Task ReadAsync(IReadOnlyList<long> ids, List<Message> messages, int atMost)
    {
        var fields = ids.Select(id => (RedisValue)id).ToArray();
        var byUser = _users.Select(user => database.HashGetAsync(keys.User(room, user!), fields, CommandFlags.DemandMaster)).ToArray();
        var byId = ids.Select(id => database.HashGetAsync(keys.Message(room, id), MessageFields, CommandFlags.DemandMaster)).ToArray();
        var texts = await Task.WhenAll(byUser).UntilAsync(cancellationToken).ConfigureAwait(false);
        var values = await Task.WhenAll(byId).UntilAsync(cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < ids.Count && messages.Count < atMost; i++)
        {
            var author = Array.FindIndex(texts, ofUser => !ofUser[i].IsNull);
            if (!values[i][0].IsNull)
            {
                Add(ids[i], author < 0 ? "" : _users[author]!, values[i][0]!, values[i][1], messages);
            }
        }
    }

    private void Add(long id, string user, string text, RedisValue timestamp, List<Message> messages)
    {
        if (!timestamp.IsNull && timestamp.TryParse(out long seconds) && seconds >= 0 && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            messages.Add(new Message { Id = id, User = user, Text = text, Timestamp = DateTimeOffset.FromUnixTimeSeconds(seconds) });
        }
        else
        {
            _unreadable.Add(new UnreadableMessage(id) { Key = keys.Message(room, id), Field = "timestamp" });
        }
    }

    private async Task<RedisValue[]> ReadUsersAsync()
    {
        var users = await database.HashKeysAsync(keys.Room(room), CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);

        // Another program may have let such users in; their key is another thing's.
        return Array.FindAll(users, user => !ClassicKeyScheme.IsTaken(user!));
    }

    private async Task<long[]?> ReadIdsOfAsync(string user)
    {
        var key = keys.User(room, user);
        var fields = await database.HashKeysAsync(key, CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
        var ids = new List<long>(fields.Length);
        foreach (var field in fields)
        {
            if (field.TryParse(out long id) && id > 0)
            {
                ids.Add(id);
            }
            else
            {
                // Not the field's name: another program may have put anything there, and the place is logged.
                _unreadable.Add(new UnreadableMessage(Id: null) { Key = key });
            }
        }

        ids.Sort();
        return [.. ids];
    }

    private static ChatDataException Unreadable(string key, string? field) =>
        new($"The key '{key}' does not hold what the classic layout has there{(field is null ? "" : $" (field {field})")}. Another program may be using the same key prefix; correct or delete it there.")
        {
            Key = key,
            Field = field,
        };
}
