namespace RedisChat.Tool.Commands;

/// <summary>Counts the messages that a trim would delete, by reading them. The rule is that of <see cref="RetentionPolicy"/>; a test compares both.</summary>
internal static class TrimPreview
{
    // How many ids are trimmed together.
    private const int RunSize = 128;

    /// <summary>The number of readable messages that would go.</summary>
    /// <param name="room">The room.</param>
    /// <param name="info">Its counts.</param>
    /// <param name="policy">What is kept.</param>
    /// <param name="now">The time from which ages are counted.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async Task<long> CountAsync(ChatRoom room, RoomInfo info, RetentionPolicy policy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var end = Math.Max(0, info.LastMessageId - (RunSize - 1)) / RunSize * RunSize;
        var (gone, run, count, newest) = (0L, -1L, 0L, DateTimeOffset.MinValue);
        await foreach (var message in room.ReceiveAllAsync(cancellationToken: cancellationToken))
        {
            if (message.Id / RunSize != run)
            {
                if (!MayGo())
                {
                    return gone;
                }

                (gone, run, count, newest) = (gone + count, message.Id / RunSize, 0, DateTimeOffset.MinValue);
            }

            if (message.Id >= end)
            {
                return gone;
            }

            (count, newest) = (count + 1, message.Timestamp > newest ? message.Timestamp : newest);
        }

        return MayGo() ? gone + count : gone;

        bool MayGo() => count == 0 || (policy.MaxAge is { } age && now - newest > age) || (policy.MaxMessages is { } most && info.Messages - gone - count >= most);
    }
}
