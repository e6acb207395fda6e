using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reads and removes the notices in a room's hash: see <see cref="AttachmentKeys"/>. Deletions and edits write them.</summary>
internal sealed class RedisAttachments(RedisStoreContext context) : IAttachmentNoticeStore
{
    public void KeepNotices() => context.KeepsAttachmentNotices = true;

    public ValueTask<IReadOnlyList<AttachmentNotice>> ReadNoticesAsync(string room, int limit, CancellationToken cancellationToken) =>
        context.Calls.RunAsync(
            (Attachments: this, Room: room, Limit: limit),
            static (database, call, token) => call.Attachments.ReadAsync(database, call.Room, call.Limit, token), cancellationToken);

    public async ValueTask RemoveNoticesAsync(string room, IReadOnlyList<AttachmentNotice> notices, CancellationToken cancellationToken) =>
        await context.Calls.RunAsync(
            (Key: (RedisKey)context.Keys.Attachments(room), Fields: notices.Select(notice => (RedisValue)notice.Id).ToArray()),
            static async (database, call, token) => await database.HashDeleteAsync(call.Key, call.Fields, CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false),
            cancellationToken, writes: true).ConfigureAwait(false);

    private async ValueTask<IReadOnlyList<AttachmentNotice>> ReadAsync(IDatabase database, string room, int limit, CancellationToken cancellationToken)
    {
        var key = context.Keys.Attachments(room);
        var notices = new List<AttachmentNotice>();
        RoomCipher? cipher = null;
        ChatDataException? unreadable = null;
        await foreach (var entry in database.HashScanAsync(key, pageSize: limit, flags: CommandFlags.DemandMaster).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var encryptedWith = EncryptedText.KeyIn(((ReadOnlyMemory<byte>)entry.Value).Span);
            if (encryptedWith is { } needed && cipher?.Keys.TryGet(needed, out _) != true && context.Ciphers is { } ciphers)
            {
                cipher = await ciphers.RefreshAsync(UserScope.All, cipher ?? ciphers.TryGet(UserScope.All), needed, cancellationToken).ConfigureAwait(false);
            }

            if (AttachmentKeys.TryRead(room, entry, cipher) is not { } notice)
            {
                if (unreadable is null)
                {
                    unreadable = Unreadable(key, entry, EncryptionProblem.Of(cipher, encryptedWith));
                    ChatLog.UnreadableNotice(context.Logger, unreadable.Message);
                }

                continue;
            }

            notices.Add(notice);
            if (notices.Count >= limit)
            {
                break;
            }
        }

        // Without an error, the room would seem to have none, and need no further attempts.
        return notices.Count > 0 || unreadable is null ? notices : throw unreadable;
    }

    private ChatDataException Unreadable(string key, HashEntry entry, EncryptionProblem? problem) => new(
        problem?.Describe($"The notice of attachments in field '{entry.Name}' of the hash '{key}'", context.Keys.DataKeys(UserScope.All))
        ?? $"Field '{entry.Name}' of the hash '{key}' is not a notice of attachments. Another program may be using the same key prefix. Remove it with HDEL if you do not need it.")
    {
        Key = key,
        Field = entry.Name,
    };
}
