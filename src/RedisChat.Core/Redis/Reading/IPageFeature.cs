namespace RedisChat.Redis;

/// <summary>A feature that adds something to the messages of a page. A room that does not use it is not asked for it.</summary>
internal interface IPageFeature
{
    /// <summary>The letter that stands in the room's field <c>uses</c> once the room uses the feature.</summary>
    char Letter { get; }

    /// <summary>Begins to add to one page.</summary>
    /// <param name="reads">Where to read.</param>
    /// <param name="room">The room.</param>
    /// <param name="query">Which page.</param>
    IPageAddition Begin(RoomReads reads, string room, MessageQuery query);
}
