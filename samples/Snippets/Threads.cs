using RedisChat;

namespace Snippets;

/// <summary>README, "Discuss in threads".</summary>
internal static class Threads
{
    public static async Task DiscussAsync(Chat chat)
    {
        var id = (await chat.SendAsync("releases", "alice", "1.0 is out")).Id;

        #region thread
        var thread = chat.Room("releases").Thread(id); // a room of its own, with the rules of this one
        await thread.SendAsync("bob", "Congratulations!");
        await thread.Members.JoinAsync("bob"); // bob follows it: it is in his inbox

        var page = await chat.ReceiveAsync("releases");
        var summary = page.Threads[id];
        Console.WriteLine($"{summary.Count} replies, the last by {summary.Participants[0]}"); // 1 replies, the last by bob
        #endregion

        var inbox = await chat.User("bob").Inbox.ListAsync();
        if (summary.Count != 1 || (await thread.ReceiveAsync()).Messages is not [{ Text: "Congratulations!" }] || !inbox.Rooms.Any(room => room.Room == thread.Id))
        {
            throw new InvalidOperationException("The thread is not what the README says.");
        }
    }
}
