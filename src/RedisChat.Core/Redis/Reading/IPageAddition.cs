namespace RedisChat.Redis;

/// <summary>What a feature adds to one page.</summary>
internal interface IPageAddition
{
    /// <summary>The feature.</summary>
    IPageFeature Feature { get; }

    /// <summary>Requests the data for a run of ids that the page probably contains. Sends before it returns, so the request shares the page's round trip.</summary>
    void Ask(long from, long to);

    /// <summary>Adds the data to the page, reading what was not requested before.</summary>
    ValueTask<MessagePage> AddToAsync(MessagePage page);
}
