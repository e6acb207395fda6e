using System.Globalization;
using RedisChat.Terminal;

namespace RedisChat.Tool.Commands;

/// <summary>Sends lines of the input in their order, and knows how far it is.</summary>
/// <param name="room">Where to.</param>
/// <param name="message">Makes a message of a line.</param>
/// <param name="print">Called with each receipt.</param>
internal sealed class LineSender(ChatRoom room, Func<(long Number, string Text), NewMessage> message, Action<MessageReceipt> print)
{
    // The lines on their way; empty if none are.
    private IReadOnlyList<(long Number, string Text)> _underWay = [];
    private long _done;

    /// <summary>How many messages were sent.</summary>
    public long Sent { get; private set; }

    /// <summary>How many had been sent before.</summary>
    public long Repeated { get; private set; }

    /// <summary>Whether a line was refused. The error says how to send those after it.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>Sends lines together; one by one if one of them is refused, so that those before it are sent.</summary>
    /// <exception cref="ToolException">A line was refused.</exception>
    public async Task SendAsync(IReadOnlyList<(long Number, string Text)> lines, string key, CancellationToken cancellationToken)
    {
        try
        {
            await SendTogetherAsync(lines, cancellationToken);
        }
        catch (Exception e) when (IsRefusal(e) && lines.Count == 1)
        {
            var number = lines[0].Number;
            IsRefused = true;
            throw new ToolException(string.Create(
                CultureInfo.InvariantCulture,
                $"Line {number}: {Explanation.Of(e)} {(number > 1 ? "The lines before it were sent. " : "")}To send the lines after it, repeat the command with the same input and --key {key} --skip {number}."), e);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            foreach (var line in lines)
            {
                await SendAsync([line], key, cancellationToken);
            }
        }
    }

    /// <summary>Whether the store refused what was sent, and would refuse it again.</summary>
    public static bool IsRefusal(Exception error) => error is ChatInputException or ChatForbiddenException or ChatIdempotencyConflictException or ChatParentNotFoundException;

    /// <summary>How to continue after an error, unless a line was refused.</summary>
    /// <param name="error">The error.</param>
    /// <param name="key">The key of the lines.</param>
    /// <param name="window">How long the key is remembered.</param>
    public string Hint(Exception error, string key, TimeSpan window)
    {
        var sent = _done > 0 ? string.Create(CultureInfo.InvariantCulture, $"Sent up to line {_done}.") : "Nothing is known to be sent.";
        var command = string.Create(CultureInfo.InvariantCulture, $"repeat the command with the same input and --key {key} --skip {_done}");
        var (first, last) = _underWay.Count == 0 || error is ChatUnavailableException { MayHaveHappened: false } ? (0, 0) : (_underWay[0].Number, _underWay[^1].Number);
        return first == 0
            ? $"{sent} To continue, {command}."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{sent} {(first == last ? $"Line {first}" : $"Lines {first} to {last}")} may have been sent, too. To continue without sending any twice, {command} within {DurationText.Format(window)}. Later, look first which of them are in the room.");
    }

    private async Task SendTogetherAsync(IReadOnlyList<(long Number, string Text)> lines, CancellationToken cancellationToken)
    {
        _underWay = lines;
        var receipts = await room.SendManyAsync([.. lines.Select(message)], cancellationToken);
        _underWay = [];
        _done = lines[^1].Number;
        foreach (var receipt in receipts)
        {
            (Sent, Repeated) = receipt.IsDuplicate ? (Sent, Repeated + 1) : (Sent + 1, Repeated);
            print(receipt);
        }
    }
}
