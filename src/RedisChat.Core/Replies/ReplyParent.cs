namespace RedisChat;

/// <summary>A message that a reply refers to, as a page brings it: see <see cref="MessagePage.Parents"/>.</summary>
public sealed record ReplyParent
{
    /// <summary>The message in its present state; <see langword="null"/> if it was deleted, or cannot be read.</summary>
    public Message? Message { get; init; }

    /// <summary>Whether it was deleted. If it was not and there is no <see cref="Message"/>, it is among <see cref="MessagePage.Unreadable"/>.</summary>
    public bool IsDeleted { get; init; }
}
