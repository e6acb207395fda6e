using RedisChat;

namespace RedisChat.WebChat;

/// <summary>
/// Answers whoever mentions it, word by word, as a language model would. It is a user like any other, over the public API: it follows its inbox, and answers each message in which it is mentioned.
/// Every node runs one; the idempotency key makes sure that one of them answers.
/// </summary>
internal sealed partial class DemoBot(Chat chat, WebChatSettings settings, ILogger<DemoBot> logger) : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly string _name = settings.Bot!;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FirstRoom.CreateAsync(chat);
                await chat.Room(FirstRoom.Id).Members.JoinAsync(_name, stoppingToken);
                await foreach (var change in chat.User(_name).Inbox.WatchAsync(cancellationToken: stoppingToken))
                {
                    if (change.Now is { UnreadMentions: > 0 } room)
                    {
                        await AnswerAllAsync(room, stoppingToken);
                    }
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (ChatException e)
            {
                LogUnreachable(logger, e);
                await Task.Delay(Patience, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task AnswerAllAsync(InboxRoom inbox, CancellationToken stoppingToken)
    {
        var room = chat.Room(inbox.Room);
        var page = await room.Mentions.ListAsync(_name, limit: 20, cancellationToken: stoppingToken);
        foreach (var question in page.Messages.Where(message => message.Id > inbox.ReadUpTo).Reverse())
        {
            // Not awaited: others need not wait until it has answered.
            _ = AnswerAsync(room, question, stoppingToken);
        }

        if (page.Messages.Count > 0)
        {
            await room.ReadMarkers.MarkReadAsync(_name, page.Messages[0].Id, stoppingToken);
        }
    }

    private async Task AnswerAsync(ChatRoom room, Message question, CancellationToken stoppingToken)
    {
        try
        {
            var begun = new NewMessage(_name, "") { ReplyTo = question.Id, IdempotencyKey = $"answer {question.Id}" };
            await using var answer = await room.BeginAsync(begun, cancellationToken: stoppingToken);
            foreach (var word in WordsFor(question))
            {
                await Task.Delay(Pace, stoppingToken);
                await answer.AppendAsync(word, stoppingToken);
            }

            await answer.CompleteAsync(stoppingToken);
        }
        catch (ChatIdempotencyConflictException)
        {
            // Another node answers.
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops. What is written so far stays, marked as not finished.
        }
        catch (ChatException e)
        {
            LogUnanswered(logger, e);
        }
    }

    // A real bot would ask a model here, and append what it streams.
    private static IEnumerable<string> WordsFor(Message question)
    {
        var words = question.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        var text = $"Hello {question.User}! I have read your {(words == 1 ? "word" : $"{words} words")}, and since I am only a part of this sample, I do not know the answer. "
            + "But watch how I write: every word is stored as it comes, everyone in the room sees the message grow, and whoever reloads the page in the middle finds it as far as it is. "
            + "If this node were killed now, the message would stay as it is, marked as not finished. And that is all I have to say.";
        return text.Split(' ').Select((word, at) => at == 0 ? word : $" {word}");
    }

    [LoggerMessage(1, LogLevel.Warning, "The bot cannot reach the chat. It tries again.")]
    private static partial void LogUnreachable(ILogger logger, Exception e);

    [LoggerMessage(2, LogLevel.Warning, "The bot could not answer.")]
    private static partial void LogUnanswered(ILogger logger, Exception e);
}
