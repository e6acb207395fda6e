using RedisChat;

namespace Snippets;

internal static class Rooms
{
    public static async Task RunAsync(Chat chat)
    {
        #region rooms
        await chat.Rooms.CreateAsync("chess", new RoomAbout { Name = "The Chess Club", Topic = "Openings" }, RuleSet.MembersOnly, owner: "olga");
        await chat.Rooms.SetTopicAsync("chess", "Endgames", "olga");

        var page = await chat.Rooms.ListAsync(RoomOrder.Activity, limit: 20); // page.Cursor: where to continue
        foreach (var room in page.Rooms)
        {
            Console.WriteLine($"{room.About!.Name}: {room.Messages} messages, {room.Members} members, the last at {room.LastMessageAt}");
        }

        var infos = await chat.Rooms.GetInfoAsync(["chess", "lobby"]); // any rooms, in one round trip for each server

        var direct = await chat.Rooms.DirectAsync("alice", "bob"); // the same room as DirectAsync("bob", "alice")
        await direct.SendAsync("alice", "hello bob");

        await chat.Rooms.ArchiveAsync("chess", "olga"); // read-only
        await chat.Rooms.DeleteAsync("chess", "olga"); // with everything in it; watchers receive RoomEvent.RoomDeleted and end
        #endregion

        if (!infos[0].Exists || (await chat.Rooms.GetInfoAsync("chess")).Exists)
        {
            throw new InvalidOperationException("The room was not there, or still is.");
        }

        await chat.Rooms.DeleteAsync(direct.Id, Actor.Application);
    }
}
