using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Stores reactions in Redis hashes: see <see cref="ReactionKeys"/>.</summary>
/// <remarks>
/// The compare-and-set is on the user's own field, and the script adds to the counts, so users never conflict with each other. The first reaction of a
/// user to a message costs one call, because the field need not be read first.
/// </remarks>
internal sealed class RedisReactions(RedisStoreContext context, RoomChanger changer) : IReactionStore
{
    // A message is sealed once. From the archive it comes back only to be changed, and stays for a while.
    private const int MostPlaces = 5;

    // The most HSCAN calls for one list of users. Redis returns a small hash as a whole.
    private const int MostScans = 20;

    // Stands for a field that exists but has not been read yet.
    private static readonly RedisValue Anything = "?";

    private readonly MessageFinder _messages = new(context);

    public async ValueTask<IReadOnlyList<Reaction>?> ChangeReactionsAsync(
        string room, long messageId, string user, Func<IReadOnlyList<Reaction>, IReadOnlyList<Reaction>> change, int maxKinds, CancellationToken cancellationToken)
    {
        context.Rooms.TryGet(room, out var known);
        var call = new Call(room, messageId, user, change, maxKinds);
        RedisValue own = RedisValue.Null;
        if (change([]).Count == 0)
        {
            // There is nothing to change unless the user has reacted.
            own = await ReadOwnAsync(call, cancellationToken).ConfigureAwait(false);
        }

        for (var place = 1; place <= MostPlaces; place++)
        {
            // A recent message is open, so it need not be searched for. The change itself checks that it exists.
            var isProbablyOpen = place == 1 && !SealedBucket.MayBeSealed(Buckets.Of(messageId), Math.Max(known.Last, messageId), context.SealAfter);
            using var found = isProbablyOpen ? null : await _messages.FindAsync(room, messageId, cancellationToken).ConfigureAwait(false);
            if (found is null && !isProbablyOpen)
            {
                return null;
            }

            var (isThere, reactions, present) = await TryChangeAsync(call, found, own, cancellationToken).ConfigureAwait(false);
            if (isThere)
            {
                return reactions;
            }

            own = present;
        }

        throw new ChatUnavailableException("The message could not be found where it was a moment ago. Nothing was done.");
    }

    public ValueTask<ReactionUsers> ReadReactionUsersAsync(
        string room, long messageId, string emoji, string? cursor, int limit, CancellationToken cancellationToken)
    {
        var from = 0UL;
        if (cursor is not null && !ulong.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out from))
        {
            throw new ChatInputException("The cursor is not one that was returned before.", nameof(cursor));
        }

        return context.Calls.RunAsync(
            (Hash: ReactionKeys.Hash(context.Keys, room, messageId), Id: messageId, Emoji: emoji, From: from, Limit: limit),
            static async (database, call, token) =>
            {
                var prefix = $"{call.Id}:";
                var (users, next) = (new List<string>(), call.From);
                for (var scan = 0; scan < MostScans && users.Count < call.Limit && (scan == 0 || next != 0); scan++)
                {
                    var answer = (RedisResult[])(await database.ExecuteAsync("HSCAN", [(RedisKey)call.Hash, next, "MATCH", $"{prefix}*", "COUNT", call.Limit], CommandFlags.DemandMaster)
                        .UntilAsync(token).ConfigureAwait(false))!;
                    next = (ulong)answer[0];
                    var fields = (RedisValue[])answer[1]!;
                    for (var i = 0; i + 1 < fields.Length; i += 2)
                    {
                        if (ReactionTally.TryReadPairs(((ReadOnlyMemory<byte>)fields[i + 1]).Span, out var own) && own.Any(reaction => reaction.Emoji == call.Emoji))
                        {
                            users.Add(((string)fields[i]!)[prefix.Length..]);
                        }
                    }
                }

                return new ReactionUsers { Users = users, Cursor = next == 0 ? null : next.ToString(CultureInfo.InvariantCulture) };
            },
            cancellationToken);
    }

    /// <summary>Changes the reactions to a message where it was found or is expected.</summary>
    /// <returns>
    /// Whether the message was there. If so, its reactions; otherwise the value of the user's field. An expected message counts as missing if nothing changed,
    /// because then no script has checked that it exists.
    /// </returns>
    private async ValueTask<(bool IsThere, IReadOnlyList<Reaction> Reactions, RedisValue Own)> TryChangeAsync(
        Call call, StoredMessage? found, RedisValue own, CancellationToken cancellationToken)
    {
        var hash = ReactionKeys.Hash(context.Keys, call.Room, call.MessageId);
        var (isThere, isAssumed) = (true, false);
        var reply = await changer.RunAsync(call.Room, [found?.Content ?? Anything, own], Decide, cancellationToken).ConfigureAwait(false);
        if (!isThere || (reply is null && isAssumed))
        {
            return (false, [], own);
        }

        if (reply is { } changed)
        {
            return ReactionTally.TryReadPairs(((ReadOnlyMemory<byte>)changed.Values[0]).Span, out var reactions)
                ? (true, reactions, own)
                : throw ReactionReader.Unreadable(hash, $"{call.MessageId}");
        }

        return (true, await ReadAsync(call, cancellationToken).ConfigureAwait(false), own);

        RoomChange? Decide(RoomState state)
        {
            own = state.Values[1];
            var present = state.Values[0];
            isAssumed = present == Anything;
            isThere = !present.IsNull && (found is not { IsSealed: true } || IsIn(present, found));
            if (!isThere)
            {
                return null;
            }

            if (!ReactionTally.TryReadPairs(((ReadOnlyMemory<byte>)own).Span, out var before))
            {
                throw ReactionReader.Unreadable(hash, $"{call.MessageId}:…");
            }

            var after = call.Change(before);
            return ReferenceEquals(after, before) ? null : Change(call, hash, found, present, own, before, after);
        }
    }

    private RoomChange Change(
        Call call, string hash, StoredMessage? found, RedisValue present, RedisValue own, IReadOnlyList<Reaction> before, IReadOnlyList<Reaction> after)
    {
        var bucket = Buckets.Of(call.MessageId);
        var field = ReactionKeys.OfUser(call.MessageId, call.User);
        var change = new RoomChange(
            context.Keys, call.Room, ReactionKeys.Letter, call.MessageId, new RoomPermit(call.User, RoomRights.React, Speaks: true));
        change = found is { IsSealed: true }
            ? change.ExpectSame(context.Keys.Sealed(call.Room), bucket, ((ReadOnlyMemory<byte>)present).Span)
            : change.ExpectAny(context.Keys.Bucket(call.Room, bucket), call.MessageId);
        change = change.Expect(hash, field, own);
        change = after.Count == 0 ? change.Delete(hash, field) : change.Set(hash, field, ReactionTally.Write(after));
        return change
            .Tally(hash, ReactionKeys.OfMessage(call.MessageId), call.MaxKinds, ReactionLimit.Error(call.MaxKinds).Message, Deltas(before, after))
            .Line(call.User)
            .Mark(ReactionKeys.Letter);
    }

    private static (string, long)[] Deltas(IReadOnlyList<Reaction> before, IReadOnlyList<Reaction> after) =>
    [
        .. before.Concat(after).Select(reaction => reaction.Emoji).Distinct()
            .Select(emoji => (emoji, CountIn(after, emoji) - CountIn(before, emoji)))
            .Where(delta => delta.Item2 != 0),
    ];

    private static long CountIn(IReadOnlyList<Reaction> reactions, string emoji) => reactions.FirstOrDefault(reaction => reaction.Emoji == emoji)?.Count ?? 0;

    private static bool IsIn(RedisValue sealedBucket, StoredMessage found)
    {
        using var message = found.With(sealedBucket);
        return message.Exists;
    }

    private ValueTask<RedisValue> ReadOwnAsync(Call call, CancellationToken cancellationToken) =>
        context.Calls.RunBeforeChangeAsync(
            (context.Keys, Call: call),
            static (database, read, token) => database.HashGetAsync(
                ReactionKeys.Hash(read.Keys, read.Call.Room, read.Call.MessageId), ReactionKeys.OfUser(read.Call.MessageId, read.Call.User), CommandFlags.DemandMaster).UntilAsync(token),
            cancellationToken);

    private ValueTask<IReadOnlyList<Reaction>> ReadAsync(Call call, CancellationToken cancellationToken) =>
        context.Calls.RunBeforeChangeAsync(
            (context.Keys, Call: call),
            static async (database, read, token) =>
            {
                var reader = new ReactionReader(new PrimaryReads(database), read.Keys, read.Call.Room, reader: null);
                reader.Ask([read.Call.MessageId]);
                var found = await reader.ReadAsync().ConfigureAwait(false);
                return found.TryGetValue(read.Call.MessageId, out var state) ? state.Reactions : [];
            },
            cancellationToken);

    private sealed record Call(
        string Room, long MessageId, string User, Func<IReadOnlyList<Reaction>, IReadOnlyList<Reaction>> Change, int MaxKinds);
}
