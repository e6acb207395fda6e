using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reads and writes the stored values of scheduled messages, which may be encrypted.</summary>
/// <remarks>
/// The script stores an encrypted value only if its key is the room's present one. Otherwise the keys were rotated or deleted since this process read them: it reads them again, and encrypts again. What is changed is encrypted
/// with the keys that decrypted it; so if those were deleted meanwhile, it is not stored again under others.
/// </remarks>
internal sealed class ScheduledValues(RedisStoreContext context)
{
    private static readonly RedisScript SetScheduled = new("scheduled_set.lua");

    private enum Outcome
    {
        Set,
        Conflict,
        StaleKey,
    }

    /// <summary>Reads a stored value.</summary>
    /// <exception cref="ChatDataException">It cannot be decrypted, or is not a scheduled message.</exception>
    public async ValueTask<ScheduledValue> ReadAsync(string room, string user, string id, RedisValue value, CancellationToken cancellationToken)
    {
        var hash = context.Keys.Scheduled(room, user);
        var (plain, cipher) = await EncryptedFields.OpenAsync(context, room, BoxPlace.Scheduled(user, id), hash, id, value, cancellationToken).ConfigureAwait(false);
        return new ScheduledValue(ScheduledJson.Read(hash, room, id, plain, out var created), created, cipher);
    }

    /// <summary>Stores a message that was not scheduled before.</summary>
    /// <param name="database">The database.</param>
    /// <param name="message">The message.</param>
    /// <param name="created">When its entry was created, µs.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The value that is stored under its id already; null if there was none, and the message is stored now.</returns>
    /// <exception cref="ChatForbiddenException">The user is being erased.</exception>
    public async ValueTask<RedisValue> AddAsync(IDatabase database, ScheduledMessage message, string created, CancellationToken cancellationToken)
    {
        while (true)
        {
            var cipher = await SendingCipherAsync(message.Room, cancellationToken).ConfigureAwait(false);
            var (outcome, present) = await SetAsync(database, message, created, cipher, RedisValue.EmptyString, cancellationToken).ConfigureAwait(false);
            if (outcome != Outcome.StaleKey)
            {
                return present;
            }
        }
    }

    /// <summary>Replaces a value, if it is still the one that was read.</summary>
    /// <param name="database">The database.</param>
    /// <param name="changed">The new state.</param>
    /// <param name="read">What was read.</param>
    /// <param name="value">The value that was read.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Whether it was replaced; and if not, the present value, from which to begin again.</returns>
    public async ValueTask<(bool IsSet, RedisValue Present)> ReplaceAsync(
        IDatabase database, ScheduledMessage changed, ScheduledValue read, RedisValue value, CancellationToken cancellationToken)
    {
        var cipher = read.Cipher ?? await SendingCipherAsync(changed.Room, cancellationToken).ConfigureAwait(false);
        if (cipher is { Keys.Current: null })
        {
            // Fails, unless there is a present key after all: then the value is decrypted with the keys of which that is one.
            await context.Ciphers!.EnsureAsync(changed.Room, cancellationToken).ConfigureAwait(false);
            return (false, value);
        }

        var (outcome, present) = await SetAsync(database, changed, read.Created, cipher, value, cancellationToken).ConfigureAwait(false);
        return outcome switch
        {
            Outcome.Set => (true, default),
            Outcome.StaleKey => (false, value),
            _ => (false, present),
        };
    }

    private ValueTask<RoomCipher?> SendingCipherAsync(string room, CancellationToken cancellationToken) =>
        context.Ciphers is { } ciphers ? ciphers.ForSendingAsync(room, cancellationToken) : default;

    private async ValueTask<(Outcome Outcome, RedisValue Present)> SetAsync(
        IDatabase database, ScheduledMessage message, string created, RoomCipher? cipher, RedisValue expected, CancellationToken cancellationToken)
    {
        var (room, user, plain) = (message.Room, message.Message.User, ScheduledJson.Write(message, created));
        var value = cipher is null ? plain : EncryptedValue.Seal(cipher, BoxPlace.Scheduled(user, message.Id), plain);
        try
        {
            var reply = await SetScheduled.AskAsync(
                database, 3,
                [
                    (RedisKey)context.Keys.Rules(room), (RedisKey)context.Keys.Scheduled(room, user), (RedisKey)context.Keys.DataKeys(room),
                    (RedisValue)message.Id, (RedisValue)value, expected, (RedisValue)ChatLimits.MaxScheduledMessages, (RedisValue)(cipher?.Keys.CurrentName ?? ""),
                    (RedisValue)user,
                ],
                cancellationToken).ConfigureAwait(false);
            if (reply.Length > 1 && reply[1] == "erasing")
            {
                throw Forbidden.Error(ForbiddenReason.BeingErased);
            }

            if (reply.Length > 1)
            {
                context.Ciphers!.Forget(room);
                return (Outcome.StaleKey, default);
            }

            return reply[0] == 1 ? (Outcome.Set, default) : (Outcome.Conflict, reply[0]);
        }
        catch (RedisServerException e) when (ServerRefusals.IsFullTally(e))
        {
            throw ScheduleLimit.Error(e);
        }
    }
}
