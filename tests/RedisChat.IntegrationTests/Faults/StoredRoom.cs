using RedisChat.Faults;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>The final state of a room in the store.</summary>
internal sealed record StoredRoom(string Room, RoomPosition Position, IReadOnlyList<HistoryMessage> Messages)
{
    /// <summary>Reads the whole room.</summary>
    public static async Task<StoredRoom> ReadAsync(Chat chat, string room)
    {
        var position = (await chat.ReceiveAsync(room)).Position;
        var messages = new List<HistoryMessage>();
        await foreach (var message in chat.ReceiveAllAsync(room))
        {
            messages.Add(HistoryMessage.Of(message));
        }

        return new StoredRoom(room, position, messages);
    }
}
