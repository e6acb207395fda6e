namespace RedisChat.Redis;

/// <summary>What a feature adds to one page.</summary>
internal interface IPageAddition
{
    /// <summary>Whose it is.</summary>
    IPageFeature Feature { get; }

    /// <summary>Asks for what belongs to a run of ids that the page probably consists of. On its way when this returns, so it shares the page's round trip.</summary>
    void Ask(long from, long to);

    /// <summary>Adds to the page, reading what was not asked for.</summary>
    ValueTask<MessagePage> AddToAsync(MessagePage page);
}
