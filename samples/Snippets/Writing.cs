using RedisChat;

namespace Snippets;

/// <summary>README, "Write word by word".</summary>
internal static class Writing
{
    public static async Task RunAsync(Chat chat)
    {
        var message = await WriteAsync(chat, AnswerAsync());
        if (message.Text != "It is 42." || message.Writing is not null)
        {
            throw new InvalidOperationException("Writing is not what the README says.");
        }
    }

    private static async Task<Message> WriteAsync(Chat chat, IAsyncEnumerable<string> model)
    {
        #region write
        var room = chat.Room("questions");
        await using var answer = await room.BeginAsync("bot");
        await foreach (var delta in model)
        {
            await answer.AppendAsync(delta); // returns at once; stored in the background
        }

        var message = await answer.CompleteAsync();
        #endregion

        return message;
    }

    private static async IAsyncEnumerable<string> AnswerAsync()
    {
        foreach (var word in new[] { "It ", "is ", "42." })
        {
            await Task.Yield();
            yield return word;
        }
    }
}
