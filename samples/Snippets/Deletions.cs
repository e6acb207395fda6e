using RedisChat;

namespace Snippets;

/// <summary>README, "Delete many messages".</summary>
internal static class Deletions
{
    public static async Task DeleteManyAsync(Chat chat)
    {
        var room = chat.Room("market");
        await room.SendManyAsync([new("spammer", "Buy!"), new("alice", "Hello"), new("spammer", "Buy more!")]);
        await room.Members.SetRoleAsync("mia", RoomRole.Moderator, Actor.Application);

        #region delete-many
        var done = await room.DeleteManyAsync(MessageSelection.By("spammer"), "mia", reason: "spam");
        Console.WriteLine($"{done.Deleted} messages deleted.");

        await room.DeleteManyAsync(MessageSelection.Between(100, 199), Actor.Application);
        await room.DeleteManyAsync(MessageSelection.Of(3, 7, 12), Actor.Application);
        #endregion

        if (done.Deleted != 2)
        {
            throw new InvalidOperationException("The deletions are not what the README says.");
        }
    }
}
