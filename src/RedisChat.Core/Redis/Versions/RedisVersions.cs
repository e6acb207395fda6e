using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reads earlier versions of messages: see <see cref="VersionKeys"/>. Edits write them.</summary>
internal sealed class RedisVersions(RedisStoreContext context) : IVersionStore
{
    public ValueTask<IReadOnlyList<MessageVersion>> ListVersionsAsync(string room, Message message, CancellationToken cancellationToken) =>
        context.Calls.RunAsync(
            (Versions: this, Room: room, Message: message), static (database, call, token) => call.Versions.ListAsync(database, call.Room, call.Message, token), cancellationToken);

    private async ValueTask<IReadOnlyList<MessageVersion>> ListAsync(IDatabase database, string room, Message message, CancellationToken cancellationToken)
    {
        var key = VersionKeys.Hash(context.Keys, room, message.Id);
        var first = Math.Max(1, message.Version - ChatLimits.MaxKeptVersions);
        var fields = Enumerable.Range(first, message.Version - first).Select(version => VersionKeys.Field(message.Id, version)).ToArray();
        var values = await database.HashGetAsync(key, fields, CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
        var cipher = await context.ReadingCipherAsync(room, cancellationToken).ConfigureAwait(false);
        var versions = new List<MessageVersion>();
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i].IsNull)
            {
                continue;
            }

            var (place, value) = (BoxPlace.Version(message.Id, first + i), (ReadOnlyMemory<byte>)values[i]);
            if (!EncryptedValue.TryRead(cipher, place, value.Span, out var version, out var lacking) && lacking is { } missing && context.Ciphers is { } ciphers)
            {
                cipher = await ciphers.RefreshAsync(room, cipher, missing, cancellationToken).ConfigureAwait(false);
                EncryptedValue.TryRead(cipher, place, value.Span, out version, out _);
            }

            versions.Add(version is not null ? MessageVersion.Of(version) : throw Unreadable(room, key, fields[i], EncryptionProblem.Of(cipher, EncryptedJson.KeyIn(value.Span))));
        }

        return versions;
    }

    private ChatDataException Unreadable(string room, string key, RedisValue field, EncryptionProblem? problem) => new(
        problem?.Describe($"Field '{field}' of the hash '{key}'", context.Keys.DataKeys(room))
        ?? $"Field '{field}' of the hash '{key}' is not a version of a message. Another program may be using the same key prefix.")
    {
        Key = key,
        Field = field,
    };
}
