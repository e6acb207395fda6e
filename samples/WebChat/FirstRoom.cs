namespace RedisChat.WebChat;

/// <summary>The room that everyone finds.</summary>
internal static class FirstRoom
{
    public const string Id = "lobby";

    /// <summary>Creates the room, unless it exists. The chat works without it: a Redis that is down now does not keep the host from starting.</summary>
    public static async Task CreateAsync(Chat chat)
    {
        try
        {
            await chat.Rooms.CreateAsync(Id, new RoomAbout { Name = "Lobby", Topic = "Say hello" });
        }
        catch (ChatException e)
        {
            await Console.Error.WriteLineAsync($"The room 'lobby' was not created: {e.Message}");
        }
    }
}
