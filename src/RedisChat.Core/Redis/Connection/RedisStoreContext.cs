using Microsoft.Extensions.Logging;

namespace RedisChat.Redis;

/// <summary>What all paths and features of the Redis store share.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Keys">Names the keys.</param>
/// <param name="Rooms">What this process knows about the rooms.</param>
/// <param name="Options">The store's settings.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">The log.</param>
internal sealed record RedisStoreContext(
    RedisConnection Connection, KeyNames Keys, KnownRooms Rooms, RedisStoreOptions Options, TimeProvider Time, ILogger Logger)
{
    /// <summary>Runs calls over the connection.</summary>
    public RedisCalls Calls { get; } = new(Connection);

    /// <summary>The rooms that need work in the background.</summary>
    public UpkeepIndex Upkeep => field ??= new(this);

    /// <summary>Which messages have expired.</summary>
    public ExpiredRooms Expired => field ??= new(this);

    /// <summary>Where old buckets are that were moved out of Redis; <see langword="null"/> if this process has no archive.</summary>
    public IRoomArchive? Archive { get; set; }

    /// <summary>Reads such buckets, and puts them back to be changed.</summary>
    public ColdBuckets Cold => field ??= new(this);

    /// <summary>How many buckets behind the newest one a bucket may be sealed, even if this process seals none: see <see cref="SealedBucket.MayBeSealed"/>.</summary>
    public int SealAfter => Options.SealAfter ?? 1;

    /// <summary>Encrypts and decrypts; <see langword="null"/> if the chat does not encrypt.</summary>
    public RoomCiphers? Ciphers { get; set; }

    /// <summary>The last message id that was heard of a room on its channel; 0 if the room is not watched. Only a guess.</summary>
    public Func<string, long> Heard { get; set; } = static _ => 0;

    /// <summary>The cipher to read a room with: see <see cref="RoomCiphers.ForReadingAsync"/>.</summary>
    public ValueTask<RoomCipher?> ReadingCipherAsync(string room, CancellationToken cancellationToken) =>
        Ciphers is null ? default : Ciphers.ForReadingAsync(room, cancellationToken);

    /// <summary>Whether rooms are marked in which messages with attachments are sent from now on, so that what becomes of these is reported: see <see cref="IAttachmentNoticeStore"/>.</summary>
    public bool KeepsAttachmentNotices { get; set; }
}
