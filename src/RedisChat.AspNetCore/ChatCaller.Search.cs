namespace RedisChat.AspNetCore;

/// <content>Searching.</content>
internal sealed partial class ChatCaller
{
    /// <summary>Finds messages in rooms that the rules and the application let the caller read.</summary>
    public Task<SearchPage> SearchAsync(SearchRequest request, CancellationToken cancellationToken) =>
        chat.User(user).Search.FindAsync(request.ToSearch(), MayReadAsync, cancellationToken);
}
