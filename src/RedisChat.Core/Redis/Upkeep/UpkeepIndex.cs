using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Says which rooms need work in the background, and when: in each part of the directory a sorted set of room ids by time. It stands below the features, so every one may add a room.</summary>
/// <remarks>
/// The index is in other slots than the rooms, so a room is added in a step of its own, before the write that makes the work necessary. If the process dies in between, the entry is there without work, and
/// the upkeep removes it.
/// </remarks>
internal sealed class UpkeepIndex(RedisStoreContext context) : IUpkeepStore
{
    /// <summary>How much later than now a room is due that is added before a write: longer than a command can still be on its way.</summary>
    /// <remarks>If it were due earlier, the upkeep could come before the write, find nothing, and remove the entry. After the write, callers add the room again if it should not wait.</remarks>
    public static readonly TimeSpan WriteMargin = TimeSpan.FromMinutes(1);

    private static readonly RedisScript AddDue = new("upkeep_add.lua");
    private static readonly RedisScript ClaimDue = new("due_claim.lua");
    private static readonly RedisScript SettleDue = new("due_settle.lua");

    private readonly KeyNames _keys = context.Keys;

    /// <summary>Adds a room: see <see cref="IUpkeepStore.AddRoomAsync"/>.</summary>
    /// <param name="database">The database.</param>
    /// <param name="room">The room.</param>
    /// <param name="at">When the room needs work, by the server's clock; <see langword="null"/> for now.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async ValueTask AddAsync(IDatabase database, string room, DateTimeOffset? at, CancellationToken cancellationToken) => await AddDue.AskAsync(
        database, 1, [Key(room), (RedisValue)room, at is { } time ? (RedisValue)Micros.FromTime(time) : RedisValue.EmptyString], cancellationToken).ConfigureAwait(false);

    /// <summary>Adds a room that needs work after a time, counted from now by the server's clock.</summary>
    public async ValueTask AddInAsync(IDatabase database, string room, TimeSpan wait, CancellationToken cancellationToken) => await AddDue.AskAsync(
        database, 1, [Key(room), (RedisValue)room, (RedisValue)$"+{Micros.FromSpan(wait)}"], cancellationToken).ConfigureAwait(false);

    /// <summary>Adds a room before a write that makes work necessary: see <see cref="WriteMargin"/>.</summary>
    public async ValueTask AddBeforeAsync(string room, CancellationToken cancellationToken) => await context.Calls.RunAsync(
        (Index: this, Room: room),
        static async (database, call, token) =>
        {
            await call.Index.AddInAsync(database, call.Room, WriteMargin, token).ConfigureAwait(false);
            return true;
        },
        cancellationToken, writes: true).ConfigureAwait(false);

    /// <summary>Adds a room in the background, after a write, unless that fails.</summary>
    /// <param name="room">The room.</param>
    /// <param name="wait">When it needs work, counted from now.</param>
    public void AddAfter(string room, TimeSpan wait = default) => Background.Begin((Index: this, Room: room, Wait: wait), static call => _ = call.Index.TryAddAsync(call.Room, call.Wait));

    /// <summary>Adds a room, unless that fails.</summary>
    /// <param name="room">The room.</param>
    /// <param name="wait">When it needs work, counted from now.</param>
    public async Task TryAddAsync(string room, TimeSpan wait = default)
    {
        try
        {
            await context.Calls.RunAsync(
                (Index: this, Room: room, Wait: wait),
                static async (database, call, token) =>
                {
                    await call.Index.AddInAsync(database, call.Room, call.Wait, token).ConfigureAwait(false);
                    return true;
                },
                CancellationToken.None, writes: true).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ChatException or ObjectDisposedException)
        {
            ChatLog.UpkeepNotNoted(context.Logger, e);
        }
    }

    public async ValueTask AddRoomAsync(string room, DateTimeOffset? at, CancellationToken cancellationToken) => await context.Calls.RunAsync(
        (Index: this, Room: room, At: at),
        static async (database, call, token) =>
        {
            await call.Index.AddAsync(database, call.Room, call.At, token).ConfigureAwait(false);
            return true;
        },
        cancellationToken, writes: true).ConfigureAwait(false);

    public ValueTask<ClaimedRooms> ClaimRoomsAsync(TimeSpan lease, int atMost, CancellationToken cancellationToken) => context.Calls.RunAsync(
        (Index: this, Lease: lease, AtMost: atMost),
        static (database, call, token) => call.Index.ClaimAsync(database, call.Lease, call.AtMost, token), cancellationToken, writes: true);

    public async ValueTask SettleRoomAsync(ClaimedRoom room, TimeSpan? again, CancellationToken cancellationToken) => await context.Calls.RunAsync(
        (Index: this, Room: room, Again: again),
        static async (database, call, token) => await SettleDue.AskAsync(
            database, 1,
            [
                call.Index.Key(call.Room.Room), (RedisValue)call.Room.Room, (RedisValue)call.Room.Claim,
                call.Again is { } wait ? (RedisValue)Micros.FromSpan(wait) : RedisValue.EmptyString,
            ],
            token).ConfigureAwait(false),
        cancellationToken, writes: true).ConfigureAwait(false);

    private async ValueTask<ClaimedRooms> ClaimAsync(IDatabase database, TimeSpan lease, int atMost, CancellationToken cancellationToken)
    {
        var most = Math.Max(1, atMost / KeyNames.DirectoryShards);
        var parts = await Task.WhenAll(Enumerable.Range(0, KeyNames.DirectoryShards).Select(
            shard => ClaimDue.AskAsync(database, 1, [(RedisKey)_keys.Upkeep(shard), (RedisValue)Micros.FromSpan(lease), (RedisValue)most], cancellationToken))).ConfigureAwait(false);
        var next = parts.Where(part => part[1] != "-").Select(part => (long?)part[1]).Min();
        return new ClaimedRooms
        {
            // The claim is the score that it gave the entry: if it has another one, the room was added since.
            Rooms = [.. parts.SelectMany(part => part.Skip(2).Select(room => new ClaimedRoom(room!, ((long)part[0] + Micros.FromSpan(lease)).ToString(CultureInfo.InvariantCulture))))],
            Next = next is { } wait ? TimeSpan.FromMicroseconds(wait) : null,
        };
    }

    private RedisKey Key(string room) => _keys.Upkeep(KeyNames.ShardOf(room));
}
