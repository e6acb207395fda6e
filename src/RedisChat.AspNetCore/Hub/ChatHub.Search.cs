namespace RedisChat.AspNetCore;

/// <content>Searching.</content>
public sealed partial class ChatHub
{
    /// <summary>Finds messages by their words in all rooms that the caller may read, newest first.</summary>
    /// <param name="request">What to search for.</param>
    public Task<SearchPage> Search(SearchRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CallAsync(caller => caller.SearchAsync(request, Context.ConnectionAborted));
    }
}
