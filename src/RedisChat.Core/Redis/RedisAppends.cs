using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Appends messages: one script call, and another one where what was guessed of the room was stale.</summary>
/// <param name="keys">Names the keys.</param>
/// <param name="rooms">What is known of the rooms.</param>
/// <param name="options">The store's settings.</param>
/// <param name="time">The clock that windows are guessed by.</param>
/// <param name="onLost">Told of a room whose history was lost: as it was known, and as it is.</param>
internal sealed class RedisAppends(
    IRoomKeyScheme keys, RoomCache rooms, RedisStoreOptions options, TimeProvider time, Action<string, KnownRoom, KnownRoom> onLost)
{
    // How far the server's clock is ahead of ours, in idempotency windows.
    private long _windowsAhead;

    public async ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(
        RedisConnection connection, CommandFlags flags, string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken)
    {
        var database = await connection.GetDatabaseAsync(room, ChatOperations.Send, cancellationToken, writes: true).ConfigureAwait(false);
        try
        {
            var call = new AppendCall(keys, room, messages, (long)options.IdempotencyWindow.TotalSeconds, connection.PublishCommand);
            rooms.TryGet(room, out var known);
            var ownWindow = time.GetUtcNow().ToUnixTimeSeconds() / call.WindowSeconds;
            var window = ownWindow + Volatile.Read(ref _windowsAhead);
            while (true)
            {
                call.Guess(known, window);
                var reply = (RedisResult[])(await database
                    .ScriptEvaluateAsync(LuaScripts.MessageAppend, call.Keys, call.Arguments, flags)
                    .UntilAsync(cancellationToken).ConfigureAwait(false))!;
                if ((int)reply[0] == 1)
                {
                    var receipts = AppendCall.ReadReceipts(reply, out known);
                    rooms.Raise(room, known);
                    return receipts;
                }

                var found = new KnownRoom((string)reply[3]!, (long)reply[1], 0);
                if (known.IsLostIn(found))
                {
                    onLost(room, known, found);
                }
                else
                {
                    rooms.Raise(room, found);
                }

                known = found;
                window = (long)reply[2];
                Volatile.Write(ref _windowsAhead, window - ownWindow);

                // A second primary may have come up since.
                database = await connection.GetDatabaseAsync(room, ChatOperations.Send, cancellationToken, writes: true).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (connection.TryTranslate(e, room, ChatOperations.Send, out var error))
        {
            throw error;
        }
    }
}
