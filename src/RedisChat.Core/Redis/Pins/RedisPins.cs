using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Stores pins in one hash for each room: see <see cref="PinKeys"/>. Pinning a recent message, and unpinning, take one script call.</summary>
internal sealed class RedisPins(RedisStoreContext context, RoomChanger changer) : IPinStore
{
    // A message is sealed once. From the archive it comes back only to be changed, and stays for a while.
    private const int MostPlaces = 5;

    // Stands for a field that exists but has not been read yet.
    private static readonly RedisValue Anything = "?";

    private readonly MessageFinder _messages = new(context);

    public async ValueTask<bool> PinAsync(string room, long messageId, Actor by, CancellationToken cancellationToken)
    {
        context.Rooms.TryGet(room, out var known);
        for (var place = 1; place <= MostPlaces; place++)
        {
            // A recent message is open, so it need not be searched for. The change itself checks that it exists.
            var isProbablyOpen = place == 1 && !SealedBucket.MayBeSealed(Buckets.Of(messageId), Math.Max(known.Last, messageId), context.SealAfter);
            using var found = isProbablyOpen ? null : await _messages.FindAsync(room, messageId, cancellationToken).ConfigureAwait(false);
            if (await TryPinAsync(room, messageId, by, found, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }

            if (found is null && !isProbablyOpen)
            {
                return false;
            }
        }

        throw new ChatUnavailableException("The message could not be found where it was a moment ago. Nothing was done.");
    }

    public async ValueTask UnpinAsync(string room, long messageId, Actor by, CancellationToken cancellationToken) =>
        await changer.RunAsync(
            room, [Anything],
            state => state.Values[0].IsNull
                ? null
                : Begin(room, messageId, by)
                    .ExpectAny(context.Keys.Pins(room), PinKeys.Field(messageId))
                    .Delete(context.Keys.Pins(room), PinKeys.Field(messageId))
                    .Line("").Line(PinKeys.Details(by)),
            cancellationToken).ConfigureAwait(false);

    public ValueTask<IReadOnlyList<Pin>> ListPinsAsync(string room, CancellationToken cancellationToken) =>
        context.Calls.RunAsync(
            (Pins: this, Room: room), static (database, call, token) => call.Pins.ListAsync(database, call.Room, token), cancellationToken);

    private async ValueTask<IReadOnlyList<Pin>> ListAsync(IDatabase database, string room, CancellationToken cancellationToken)
    {
        var stored = await database.HashGetAllAsync(context.Keys.Pins(room), CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
        if (stored.Length == 0)
        {
            return [];
        }

        var pins = Array.ConvertAll(stored, entry => Read(room, entry));
        context.Rooms.TryGet(room, out var known);
        using var messages = new BucketReader(new PrimaryReads(database), context.Keys, room, context.SealAfter, cancellationToken) { Ciphers = context.Ciphers, Last = known.Last, Expired = context.Expired, Cold = context.Cold };
        await messages.UseArchiveAsync(isArchived: true).ConfigureAwait(false);
        var found = new List<Message>(pins.Length);
        await messages.ReadAsync([.. pins.Select(pin => pin.MessageId).Order()], found, int.MaxValue).UntilAsync(cancellationToken).ConfigureAwait(false);
        var byId = found.ToDictionary(message => message.Id);

        // A message that was deleted after the first read is no longer pinned.
        return
        [
            .. pins.Where(pin => byId.ContainsKey(pin.MessageId) || messages.IsUnreadable(pin.MessageId))
                .OrderByDescending(pin => pin.PinnedAt)
                .Select(pin => pin with { Message = byId.GetValueOrDefault(pin.MessageId) }),
        ];
    }

    private Pin Read(string room, HashEntry entry) =>
        StrictNumber.TryRead(((ReadOnlyMemory<byte>)entry.Name).Span, out var id) && PinKeys.TryRead(((ReadOnlyMemory<byte>)entry.Value).Span, out var revision, out var by)
            ? new Pin { MessageId = id, By = by, PinnedAt = Micros.ToTime(revision) }
            : throw PinKeys.Unreadable(context.Keys, room, $"{entry.Name}");

    /// <summary>Pins a message where it was found or is expected. If it was not found at all, still checks the actor's right, and whether that is still so.</summary>
    /// <returns>Whether the message was there.</returns>
    private async ValueTask<bool> TryPinAsync(string room, long messageId, Actor by, StoredMessage? found, CancellationToken cancellationToken)
    {
        var (pins, field, isThere) = (context.Keys.Pins(room), PinKeys.Field(messageId), true);
        await changer.RunAsync(room, [found?.Content ?? Anything, RedisValue.Null], Decide, cancellationToken).ConfigureAwait(false);
        return isThere;

        RoomChange? Decide(RoomState state)
        {
            var (present, pin) = (state.Values[0], state.Values[1]);

            // A pinned message exists, because its deletion removes the pin.
            isThere = !pin.IsNull || (!present.IsNull && (found is not { IsSealed: true } || IsIn(present, found)));
            if (!isThere || !pin.IsNull)
            {
                return null;
            }

            var change = Begin(room, messageId, by);
            change = found is { IsSealed: true }
                ? change.ExpectSame(context.Keys.Sealed(room), Buckets.Of(messageId), ((ReadOnlyMemory<byte>)present).Span)
                : change.ExpectAny(context.Keys.Bucket(room, Buckets.Of(messageId)), messageId);
            return change
                .Expect(pins, field, RedisValue.Null)
                .Fewer(pins, ChatLimits.MaxPins, PinLimit.Error().Message)
                .Line("", $" {PinKeys.Details(by)}").Keep(pins, field)
                .Mark(PinKeys.Letter);
        }
    }

    private RoomChange Begin(string room, long messageId, Actor by) =>
        new(context.Keys, room, PinKeys.Letter, messageId, new RoomPermit(by, RoomRights.Pin));

    private static bool IsIn(RedisValue sealedBucket, StoredMessage found)
    {
        using var message = found.With(sealedBucket);
        return message.Exists;
    }
}
