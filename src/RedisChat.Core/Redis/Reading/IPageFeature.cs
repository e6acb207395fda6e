namespace RedisChat.Redis;

/// <summary>A feature that adds data to the messages of a page. It is not called for rooms that do not use it.</summary>
internal interface IPageFeature
{
    /// <summary>The letter in the room's field <c>uses</c> that shows that the room uses the feature.</summary>
    char Letter { get; }

    /// <summary>Whether the feature adds to every page of a thread, whichever features the thread uses.</summary>
    bool IsForEveryThread => false;

    /// <summary>Starts the addition to one page.</summary>
    /// <param name="reads">Reads from the store.</param>
    /// <param name="room">The room.</param>
    /// <param name="query">The page's query.</param>
    IPageAddition Begin(RoomReads reads, string room, MessageQuery query);
}
