namespace RedisChat.Redis;

/// <summary>The settings of a room that make work in the background: how long its messages live and are kept.</summary>
internal static class UpkeepSettings
{
    /// <summary>Adds the room to those that need upkeep before its settings change, if they probably will need it.</summary>
    /// <returns>Whether it did.</returns>
    public static async ValueTask<bool> PrepareAsync(UpkeepIndex upkeep, string room, RoomAbout? present, RoomAbout? about, CancellationToken cancellationToken)
    {
        if (about is null || (about.MessagesExpireAfter, about.Retention) == (present?.MessagesExpireAfter, present?.Retention))
        {
            return false;
        }

        await upkeep.AddBeforeAsync(room, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Adds what else the settings change in the room's hash.</summary>
    public static void AddTo(RoomChange change, string hash, RoomAbout? present, RoomAbout about)
    {
        if (about.MessagesExpireAfter is { } life)
        {
            change.Set(hash, RoomCounters.LifeField, Micros.FromSpan(life)).Mark(RoomCounters.Expires);
        }
        else if (present?.MessagesExpireAfter is not null)
        {
            change.Delete(hash, RoomCounters.LifeField);
        }

        if (about.Retention is not null)
        {
            change.Mark(RoomCounters.Expires);
        }
    }
}
