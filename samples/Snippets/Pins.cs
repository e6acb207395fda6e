using RedisChat;

namespace Snippets;

/// <summary>README, "Pin".</summary>
internal static class Pins
{
    public static async Task PinAsync(Chat chat)
    {
        var id = (await chat.SendAsync("library", "alice", "Quiet, please")).Id;
        await chat.Room("library").Members.SetRoleAsync("olga", RoomRole.Owner, Actor.Application);

        #region pin
        var pins = chat.Room("library").Pins;
        var exists = await pins.PinAsync(id, "olga"); // false: there is no such message
        foreach (var pin in await pins.ListAsync()) // the most recent pin first
        {
            Console.WriteLine($"{pin.By} pinned: {pin.Message?.Text}");
        }

        await pins.UnpinAsync(id, "olga");
        #endregion

        if (!exists || (await pins.ListAsync()).Count != 0)
        {
            throw new InvalidOperationException("The pins are not what the README says.");
        }
    }
}
