using System.Runtime.CompilerServices;

namespace RedisChat;

/// <summary>Reads a room's whole history page by page.</summary>
internal static class MessageHistory
{
    private const int PageSize = 500;

    /// <summary>All messages, oldest first. Cancellation ends the enumeration before the next message, even in the middle of a page.</summary>
    public static async IAsyncEnumerable<Message> EnumerateAsync(
        Chat chat, string room, string? user, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        MessagePage page;
        var after = 0L;
        do
        {
            var query = new MessageQuery { After = after, User = user, Limit = PageSize, OmitParents = true };
            page = await chat.ReceiveAsync(room, query, cancellationToken).ConfigureAwait(false);
            foreach (var message in page.Messages)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return message;
                after = message.Id;
            }
        }
        while (page.HasNewer);
    }
}
