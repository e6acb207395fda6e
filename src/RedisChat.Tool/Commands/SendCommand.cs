using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Threading.Channels;
using RedisChat.Terminal;

namespace RedisChat.Tool.Commands;

/// <summary>Sends a text, or each line of the input as a message.</summary>
internal sealed class SendCommand : ToolCommand
{
    private readonly Argument<string> _room = CommonOptions.Room();
    private readonly Option<string> _user = new("--user") { Description = "The author's id. The room's rules hold for this user.", HelpName = "user", Required = true };
    private readonly Option<string?> _text = new("--text") { Description = "The text. Without it, each line of the standard input that is not blank is a message.", HelpName = "text" };
    private readonly Option<string?> _key = new("--key")
    {
        Description = "Makes it safe to repeat: what was sent before with the same key is not sent again. Line N of the input has the key KEY-N.",
        HelpName = "key",
    };
    private readonly Option<TimeSpan?> _window = CommonOptions.Duration("--key-window", "How long keys are remembered: 10m unless given, 1d at most.");
    private readonly Option<long?> _skip = CommonOptions.OptionalNumber("--skip", "Leave out the first lines of the input: what an interrupted command says.", 0, long.MaxValue);
    private readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public SendCommand()
        : base("send", "Sends a text, or each line of the standard input, to a room or a thread.")
    {
        Arguments.Add(_room);
        foreach (Option option in (Option[])[_user, _text, _key, _window, _skip, _dryRun])
        {
            Options.Add(option);
        }
    }

    public override async Task<int> RunAsync(ToolContext context, CancellationToken cancellationToken)
    {
        await using var chat = context.Connect(store: options => options.IdempotencyWindow = Window(context));
        var room = chat.Chat.Room(context.Require(_room));
        await chat.PrepareToSendAsync(room, cancellationToken);
        var (user, isDry) = (context.Require(_user), context.Get(_dryRun));
        if (context.Get(_text) is { } text)
        {
            var message = new NewMessage(user, text) { IdempotencyKey = context.Get(_key) ?? NewKey() };
            if (isDry)
            {
                PrintDry(context, room.Id, await room.FindSentAsync(message, cancellationToken) is null ? (1, 0) : (0, 1));
                return ExitCode.Done;
            }

            var receipt = await room.SendAsync(context.Get(_key) is null ? message with { IdempotencyKey = null } : message, cancellationToken);
            Print(context, receipt);
            if (!context.IsJson)
            {
                context.Output.Line(receipt.IsDuplicate ? $"Was sent before: #{receipt.Id}." : $"Sent #{receipt.Id}.");
            }

            return ExitCode.Done;
        }

        if (!Console.IsInputRedirected)
        {
            context.Output.Note("Each line is a message. Ctrl+D ends.");
        }

        var lines = InputLines.Read(context.Get(_skip) ?? 0);
        var key = context.Get(_key) ?? NewKey();
        if (isDry)
        {
            PrintDry(context, room.Id, await CheckAsync(room, lines, line => Message(user, key, line), cancellationToken));
            return ExitCode.Done;
        }

        var sender = new LineSender(room, line => Message(user, key, line), receipt => Print(context, receipt));
        await SendAsync(context, room.Id, lines, sender, key, cancellationToken);
        return ExitCode.Done;
    }

    private async Task SendAsync(ToolContext context, string room, ChannelReader<(long Number, string Text)> lines, LineSender sender, string key, CancellationToken cancellationToken)
    {
        using var progress = context.Progress("messages");
        try
        {
            while (await lines.WaitToReadAsync(cancellationToken))
            {
                var batch = new List<(long Number, string Text)>();
                while (batch.Count < ChatLimits.MaxBatchSize && lines.TryRead(out var line))
                {
                    batch.Add(line);
                }

                await sender.SendAsync(batch, key, cancellationToken);
                progress.Report(sender.Sent + sender.Repeated);
            }
        }
        catch (Exception e) when (!sender.IsRefused)
        {
            context.Output.Note(sender.Hint(e, key, Window(context)));
            throw;
        }

        if (!context.IsJson)
        {
            context.Output.Line($"{room}: {Texts.Count(sender.Sent, "message")} sent{(sender.Repeated > 0 ? $", {Texts.Count(sender.Repeated, "message")} had been sent before" : "")}.");
        }
    }

    private static async Task<(long New, long Sent)> CheckAsync(
        ChatRoom room, ChannelReader<(long Number, string Text)> lines, Func<(long Number, string Text), NewMessage> message, CancellationToken cancellationToken)
    {
        var (added, sent) = (0L, 0L);
        await foreach (var line in lines.ReadAllAsync(cancellationToken))
        {
            try
            {
                (added, sent) = await room.FindSentAsync(message(line), cancellationToken) is null ? (added + 1, sent) : (added, sent + 1);
            }
            catch (Exception e) when (LineSender.IsRefusal(e))
            {
                throw new ToolException(string.Create(CultureInfo.InvariantCulture, $"Line {line.Number}: {Explanation.Of(e)}"), e);
            }
        }

        return (added, sent);
    }

    private TimeSpan Window(ToolContext context) => context.Get(_window) ?? new RedisStoreOptions().IdempotencyWindow;

    private static NewMessage Message(string user, string key, (long Number, string Text) line) =>
        new(user, line.Text) { IdempotencyKey = string.Create(CultureInfo.InvariantCulture, $"{key}-{line.Number}") };

    private static string NewKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));

    private static void Print(ToolContext context, MessageReceipt receipt)
    {
        if (context.IsJson)
        {
            context.Output.Json(receipt, ChatJsonContext.Default.MessageReceipt);
        }
    }

    private static void PrintDry(ToolContext context, string room, (long New, long Sent) messages)
    {
        if (context.IsJson)
        {
            context.Output.Json(new SentDocument(room, messages.New, messages.Sent), ToolJsonContext.Default.SentDocument);
        }
        else
        {
            context.Output.Line($"{room}: {Texts.Count(messages.New, "message")} would be sent{(messages.Sent > 0 ? $", {Texts.Count(messages.Sent, "message")} had been sent before" : "")}.");
        }
    }
}
