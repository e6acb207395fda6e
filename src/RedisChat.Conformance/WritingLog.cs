namespace RedisChat.Conformance;

/// <summary>What a watcher has received of messages that are written part by part.</summary>
internal static class WritingLog
{
    public static bool HasEnded(WatchLog log) => log.Events.Any(happened => happened is RoomEvent.WritingEnded);

    /// <summary>The text of a message by its creation and its parts so far. Each part must begin where the text ends: none is missing, none comes twice.</summary>
    public static string TextOf(WatchLog log, long id)
    {
        var text = "";
        foreach (var happened in log.Events)
        {
            switch (happened)
            {
                case RoomEvent.Created { Message: var message } when message.Id == id:
                    text = message.Text;
                    break;
                case RoomEvent.PartWritten part when part.MessageId == id:
                    part.Text.Should().NotBeEmpty();
                    part.Offset.Should().Be(text.Length);
                    text += part.Text;
                    break;
            }
        }

        return text;
    }

    public static string Words(RoomEvent happened) => happened switch
    {
        RoomEvent.WritingEnded { Message: var message } => $"ended {message.Id} {message.Text} {message.Writing}",
        RoomEvent.Created { Message: var message } => $"created {message.Id} {message.Text} {message.Writing}",
        _ => happened.GetType().Name,
    };
}
