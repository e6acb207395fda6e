namespace RedisChat.AspNetCore;

/// <content>Messages that are written part by part.</content>
public sealed partial class ChatHub
{
    /// <summary>
    /// Writes a message part by part: the others see it grow. The end of the stream completes it. It is abandoned with the text so far if the stream fails, the connection breaks, or nothing comes for
    /// <see cref="ChatWebOptions.WritingTimeout"/>.
    /// </summary>
    /// <param name="room">The room's id.</param>
    /// <param name="message">The message as it is begun: its text may be missing or empty.</param>
    /// <param name="parts">What is appended to the text.</param>
    /// <returns>The message.</returns>
    public Task<Message> Write(string room, SendRequest message, IAsyncEnumerable<string> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return CallAsync(caller => new ClientWriting(Session.Web, caller).RunAsync(room, PartsAsync(message ?? new(), parts), Context.ConnectionAborted));
    }

    private static async IAsyncEnumerable<SendRequest?> PartsAsync(
        SendRequest message, IAsyncEnumerable<string> parts, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken over = default)
    {
        yield return message;
        await foreach (var part in parts.WithCancellation(over).ConfigureAwait(false))
        {
            yield return new SendRequest { Text = part };
        }
    }
}
