using System.Globalization;

namespace RedisChat.Redis;

/// <summary>What this process has seen of a room.</summary>
/// <param name="Epoch">The room's epoch, as it is stored; empty if the room did not exist.</param>
/// <param name="Last">The last message id.</param>
/// <param name="Revision">The last revision.</param>
/// <param name="Uses">
/// The letters of the features that the room uses; <see langword="null"/> if they were not read; <see cref="RoomCounters.BeingDeleted"/> if it was found, or is said, to be deleted.
/// </param>
/// <param name="UsesAt">A revision of the room at which the letters were those, or fewer: a room keeps its letters.</param>
internal readonly record struct KnownRoom(string Epoch, long Last, long Revision, string? Uses = null, long UsesAt = 0)
{
    public static KnownRoom None => new("", 0, 0);

    /// <summary>Whether the room is known to have rules, which then are checked for every write of a user.</summary>
    public bool HasRules => Uses?.Contains(RightLetters.HasRules, StringComparison.Ordinal) == true;

    /// <summary>Whether writes of users are known to be checked: the room has rules, or users are being erased there.</summary>
    public bool NeedsGuard => HasRules || Uses?.Contains(RoomCounters.Erasing, StringComparison.Ordinal) == true;

    /// <summary>Whether messages of the room are known to expire, or to have done so.</summary>
    public bool Expires => Uses?.Contains(RoomCounters.Expires, StringComparison.Ordinal) == true;

    /// <summary>Whether the room is known to have had no rules at a position.</summary>
    public bool IsOpenAt(RoomPosition position) =>
        Uses is not null && !HasRules && !IsDeleted && UsesAt == position.Revision && EpochOf(position.Epoch, Epoch) == Epoch;

    /// <summary>Whether the room was found, or is said, to be deleted.</summary>
    public bool IsDeleted => Uses == RoomCounters.BeingDeleted;

    /// <summary>A room as it was read.</summary>
    /// <param name="position">The room's position.</param>
    /// <param name="before">What was known before. If the epoch is the same, its string is reused.</param>
    /// <param name="uses">The letters of the features that the room uses, if they were read.</param>
    public static KnownRoom At(RoomPosition position, KnownRoom before, string? uses = null) =>
        new(EpochOf(position.Epoch, before.Epoch), position.MessageId, position.Revision, uses, uses is null ? 0 : position.Revision);

    /// <summary>Whether a room that was found later lacks part of this one: its history was lost, entirely or at its end.</summary>
    public bool IsLostIn(KnownRoom later) => later.Uses != RoomCounters.BeingDeleted && Epoch != "" && (later.Epoch != Epoch || later.Last < Last);

    /// <summary>Whether it has everything that another one has.</summary>
    public bool Covers(KnownRoom other) =>
        (other.Epoch == "" || other.Epoch == Epoch) && Last >= other.Last && Revision >= other.Revision;

    private static string EpochOf(ulong epoch, string before)
    {
        Span<char> text = stackalloc char[16];
        return epoch == 0 || !epoch.TryFormat(text, out var length, "x", CultureInfo.InvariantCulture) ? ""
            : text[..length].SequenceEqual(before) ? before
            : text[..length].ToString();
    }

    /// <summary>Combines both, because answers may arrive out of order.</summary>
    public KnownRoom Or(KnownRoom other) =>
        other.Epoch == Epoch || other.Epoch == "" || Epoch == ""
            ? new(
                Epoch == "" ? other.Epoch : Epoch, Math.Max(Last, other.Last), Math.Max(Revision, other.Revision), other.Uses ?? (IsDeleted && other.Epoch != "" ? null : Uses),
                other.Uses is null ? UsesAt : other.UsesAt)
            : other;
}
