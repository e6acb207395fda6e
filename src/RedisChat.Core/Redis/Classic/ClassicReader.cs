using System.Runtime.InteropServices;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reads messages of one room in the classic layout, for one call.</summary>
internal sealed class ClassicReader(IDatabase database, ClassicKeyScheme keys, string room, CancellationToken cancellationToken)
{
    private const string TimestampField = "timestamp";

    private static readonly RedisValue[] MessageFields = ["content", TimestampField];

    private readonly List<UnreadableMessage> _unreadable = [];
    private readonly ClassicAuthors _authors = new(database, keys, room, cancellationToken);

    /// <summary>The number of users whose hashes were read to find authors.</summary>
    public int UsersAsked => _authors.Asked;

    /// <summary>Reads a message as it is stored; <see langword="null"/> if it does not exist.</summary>
    public async Task<ClassicMessage?> FindAsync(long id)
    {
        await _authors.LoadAsync().ConfigureAwait(false);
        var stored = await ReadStoredAsync([id]).ConfigureAwait(false);
        return stored.FirstOrDefault();
    }

    /// <summary>Reads a message; <see langword="null"/> if it does not exist.</summary>
    /// <exception cref="ChatDataException">Its timestamp is not valid.</exception>
    public async Task<Message?> GetAsync(long id) =>
        await FindAsync(id).ConfigureAwait(false) is { } stored ? stored.TryRead() ?? throw UnreadableTime(id) : null;

    /// <summary>The error for a call that needs the timestamp of this message.</summary>
    public ChatDataException UnreadableTime(long id) => Unreadable(keys.Message(room, id), TimestampField);

    public async Task<MessagePage> ReadPageAsync(MessageQuery query)
    {
        var counter = database.StringGetAsync(keys.Counter(room), CommandFlags.DemandMaster).Observed();
        var source = (query.User is { } user ? ReadIdsOfAsync(user) : Task.FromResult<long[]?>(null)).Observed();
        if (query.User is null)
        {
            await _authors.LoadAsync().ConfigureAwait(false);
        }

        var counted = await counter.UntilAsync(cancellationToken).ConfigureAwait(false);
        var last = counted.IsNull ? 0
            : counted.TryParse(out long number) && number is >= 0 and <= ChatLimits.MaxMessageId ? number
            : throw Unreadable(keys.Counter(room), null);
        var plan = PagePlan.For(query, last);
        IIdSource ids = await source.ConfigureAwait(false) is { } idsOfUser
            ? new ListedIds(idsOfUser, plan.Pivot, last)
            : new RoomIds(plan.Pivot, last, keys.Counter(room), null);
        Func<IReadOnlyList<long>, List<Message>, int, Task> read = (run, messages, atMost) => ReadAsync(run, messages, atMost, query.User);
        var older = await PageCollector.CollectAsync(ids.OlderAsync, read, plan.Older).ConfigureAwait(false);
        var newer = await PageCollector.CollectAsync(ids.NewerAsync, read, plan.Newer).ConfigureAwait(false);
        return plan.ToPage(CollectionsMarshal.AsSpan(older), CollectionsMarshal.AsSpan(newer), new RoomPosition(0, last, 0, 0), _unreadable);
    }

    /// <summary>Adds the existing messages among these ids, in the same order.</summary>
    private async Task ReadAsync(IReadOnlyList<long> ids, List<Message> messages, int atMost, string? user)
    {
        foreach (var stored in await ReadStoredAsync(ids, user).ConfigureAwait(false))
        {
            if (messages.Count == atMost)
            {
                break;
            }

            if (stored.TryRead() is { } message)
            {
                messages.Add(message);
            }
            else
            {
                _unreadable.Add(new UnreadableMessage(stored.Id) { Key = keys.Message(room, stored.Id), Field = TimestampField });
            }
        }
    }

    /// <summary>Reads the existing messages among these ids, in the same order.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="user">Their author; <see langword="null"/> to find the authors.</param>
    private async Task<List<ClassicMessage>> ReadStoredAsync(IReadOnlyList<long> ids, string? user = null)
    {
        var values = ReadValuesAsync(ids).Observed();
        var authors = user is null ? await _authors.FindAsync(ids, IdsOfAsync(values)).ConfigureAwait(false) : null;
        var found = (await values.ConfigureAwait(false))
            .ConvertAll(message => message with { User = user ?? authors!.GetValueOrDefault(message.Id, "") });
        var withoutAuthor = found.FindAll(message => message.User.Length == 0);
        if (withoutAuthor.Count > 0)
        {
            // Either another program stored them so, or they were deleted after they were read and before their authors were looked up.
            var stillThere = await ReadValuesAsync(withoutAuthor.ConvertAll(message => message.Id)).ConfigureAwait(false);
            found.RemoveAll(message => message.User.Length == 0 && !stillThere.Exists(other => other.Id == message.Id));
        }

        return found;
    }

    private async Task<List<ClassicMessage>> ReadValuesAsync(IReadOnlyList<long> ids)
    {
        var values = await Task.WhenAll(ids.Select(id => database.HashGetAsync(keys.Message(room, id), MessageFields, CommandFlags.DemandMaster)))
            .UntilAsync(cancellationToken).ConfigureAwait(false);
        var messages = new List<ClassicMessage>();
        for (var i = 0; i < values.Length; i++)
        {
            if (!values[i][0].IsNull)
            {
                messages.Add(new ClassicMessage(ids[i], "", values[i][0], values[i][1]));
            }
        }

        return messages;
    }

    private static async Task<List<long>> IdsOfAsync(Task<List<ClassicMessage>> messages) =>
        (await messages.ConfigureAwait(false)).ConvertAll(message => message.Id);

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
                // Not the field's name: another program may have chosen it, and the place is logged.
                _unreadable.Add(new UnreadableMessage(Id: null) { Key = key });
            }
        }

        ids.Sort();
        return [.. ids];
    }

    private static ChatDataException Unreadable(string key, string? field) =>
        new($"The key '{key}' does not hold what the classic layout stores there{(field is null ? "" : $" (field {field})")}. Another program may be using the same key prefix; correct or delete it there.")
        {
            Key = key,
            Field = field,
        };
}
