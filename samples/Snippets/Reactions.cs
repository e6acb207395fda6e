using RedisChat;

namespace Snippets;

/// <summary>README, "React".</summary>
internal static class Reactions
{
    public static async Task ReactAsync(Chat chat)
    {
        var id = (await chat.SendAsync("party", "alice", "it works")).Id;

        #region react
        var reactions = chat.Room("party").Reactions;
        var now = await reactions.AddAsync(id, "bob", "🎉"); // 🎉 1; null: there is no such message
        await reactions.AddAsync(id, "carol", "🎉");
        await reactions.RemoveAsync(id, "bob", "🎉");

        // A page contains the counts and says which reactions are the reader's own.
        var page = await chat.ReceiveAsync("party", new MessageQuery { Reader = "carol" });
        foreach (var (emoji, count, own) in page.Reactions[id])
        {
            Console.WriteLine($"{emoji} {count}{(own > 0 ? " (you too)" : "")}");
        }

        var who = await reactions.WhoAsync(id, "🎉"); // who.Users: carol; who.Cursor: where to continue
        #endregion

        if (now is not [{ Count: 1 }] || who.Users is not ["carol"])
        {
            throw new InvalidOperationException("The reactions are not what the README says.");
        }
    }
}
