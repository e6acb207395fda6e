using RedisChat;

namespace Snippets;

/// <summary>README, "What was deleted and edited".</summary>
internal static class Versions
{
    public static async Task VersionsAsync(IMessageStore store)
    {
        var room = new Chat(store, new ChatOptions { KeptVersions = 10 }).Room("archive");
        var id = (await room.SendAsync("alice", "The meeting is on Monday")).Id;
        await room.EditAsync(id, "alice", "The meeting is on Tuesday");
        await room.DeleteAsync((await room.SendAsync("spammer", "buy!")).Id, Actor.Application, "spam");

        #region versions
        var page = await room.ReceiveAsync(new MessageQuery { IncludeDeleted = true });
        foreach (var tombstone in page.Tombstones)
        {
            Console.WriteLine($"{tombstone.FirstId}-{tombstone.LastId} deleted {tombstone.DeletedAt:d} by {tombstone.User ?? "the application"}: {tombstone.Reason}");
        }

        foreach (var version in await room.Versions.ListAsync(id, "alice")) // with ChatOptions.KeptVersions > 0
        {
            Console.WriteLine($"{version.Version}. {version.Text}");
        }
        #endregion

        if (page.Tombstones.Count != 1 || (await room.Versions.ListAsync(id, "alice")).Count != 1)
        {
            throw new InvalidOperationException("Tombstones and versions are not what the README says.");
        }
    }
}
