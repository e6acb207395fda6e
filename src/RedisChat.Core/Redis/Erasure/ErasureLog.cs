namespace RedisChat.Redis;

/// <summary>Entries of the change log without a user.</summary>
internal static class ErasureLog
{
    /// <summary>An entry whose subject or details are the user, with the same revision: with the alias as the subject, or without who made the change. Unchanged if it does not name the user.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="user">The user.</param>
    /// <param name="alias">What stands for the user as a subject.</param>
    public static string Without(string entry, ErasedUser user, string alias)
    {
        if (!ChangeLogEntry.TryRead(entry, out var read))
        {
            return entry;
        }

        if (read.Kind is MemberEffects.MemberKind or RedisUserRooms.RevocationKind && read.Subject.SequenceEqual(user.Word))
        {
            return $"{read.Revision}:{read.Kind}:{EscapedId.Word(alias)}";
        }

        // The details of deletions follow the times: `revision:kind:ids:times:details`.
        var details = read.Kind is DeletedRun.Kind or ChangedMessages.Deleted ? read.More.IndexOf(':') : -1;
        return details >= 0 && ErasureJson.DetailsWithout(read.More[(details + 1)..].ToString(), user.Id) is { } rest
            ? $"{read.Revision}:{read.Kind}:{read.Subject}:{read.More[..details]}{(rest.Length == 0 ? "" : ":")}{rest}"
            : entry;
    }

    /// <summary>Whether an entry is a revocation that processes may still have to hear of: if they lose its live event, they read it here.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="after">The revision after which that is so.</param>
    /// <param name="revision">The entry's revision.</param>
    public static bool IsFreshRevocation(string entry, long after, out long revision)
    {
        revision = ChangeLogEntry.TryRead(entry, out var read) && read.Kind == RedisUserRooms.RevocationKind ? read.Revision : 0;
        return revision > after;
    }

    /// <summary>Whether an entry names the user.</summary>
    public static bool Names(string entry, ErasedUser user) => Without(entry, user, "") != entry;
}
