using System.Text.Json;
using RedisChat;

namespace Snippets;

internal static class Json
{
    public static async Task RunAsync(Chat chat)
    {
        #region json
        var page = await chat.ReceiveAsync("lobby");
        var json = JsonSerializer.Serialize(page, ChatJsonContext.Default.MessagePage);

        await foreach (var happened in chat.WatchAsync("lobby", RoomPosition.Start))
        {
            // {"kind":"created","message":{"id":1,"user":"alice","text":"hello", …},"position":"9c1f04d2….1.1795418409447122.0"}
            Console.WriteLine(JsonSerializer.Serialize(happened, ChatJsonContext.Default.RoomEvent));
            break;
        }
        #endregion

        var back = JsonSerializer.Deserialize(json, ChatJsonContext.Default.MessagePage)!;
        if (!back.Messages.SequenceEqual(page.Messages) || back.Position != page.Position)
        {
            throw new InvalidOperationException("A JSON snippet did not do what the README says.");
        }
    }
}
