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
        var versions = new List<MessageVersion>();
        for (var i = 0; i < values.Length; i++)
        {
            if (!values[i].IsNull)
            {
                versions.Add(MessageJson.TryRead(message.Id, ((ReadOnlyMemory<byte>)values[i]).Span, out var version)
                    ? MessageVersion.Of(version)
                    : throw new ChatDataException($"Field '{fields[i]}' of the hash '{key}' is not a version of a message. Another program may be using the same key prefix.")
                    {
                        Key = key,
                        Field = fields[i],
                    });
            }
        }

        return versions;
    }
}
