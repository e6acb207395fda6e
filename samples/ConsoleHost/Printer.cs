using System.Globalization;
using RedisChat.Terminal;
using Spectre.Console;

namespace RedisChat.ConsoleHost;

/// <summary>
/// Prints whole lines, each cleaned of deceptive characters. Thread-safe, so that messages from others can be shown while the user
/// types.
/// </summary>
internal sealed class Printer
{
    private const int LongestQuote = 40;

    private static readonly Style Dim = new(Color.Grey);
    private static readonly Style Own = new(Color.Green);
    private static readonly Style Other = new(Color.Aqua);
    private static readonly Style Bad = new(Color.Red);
    private static readonly Style Doubtful = new(Color.Yellow);

    private readonly Lock _gate = new();
    private readonly Action<(string Text, Style? Style)[]> _output;
    private readonly Action<(string Text, Style? Style)[]> _error;
    private readonly TimeZoneInfo _zone;

    private Printer(
        Action<(string Text, Style? Style)[]> output, Action<(string Text, Style? Style)[]> error, TimeZoneInfo zone)
    {
        _output = output;
        _error = error;
        _zone = zone;
    }

    /// <summary>Prints in color to a terminal, and plainly to files and pipes.</summary>
    public static Printer ForConsole()
    {
        var piped = Console.IsInputRedirected || Console.IsOutputRedirected;
        return new Printer(
            piped ? Plain(Console.Out) : Coloured(Console.Out),
            piped || Console.IsErrorRedirected ? Plain(Console.Error) : Coloured(Console.Error),
            TimeZoneInfo.Local);
    }

    /// <summary>Prints plainly.</summary>
    public static Printer To(TextWriter output, TextWriter error, TimeZoneInfo? zone = null) =>
        new(Plain(output), Plain(error), zone ?? TimeZoneInfo.Local);

    /// <summary>Prints a message: <c>#7 14:05 alice: hello</c>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="own">Whether the user wrote it.</param>
    /// <param name="parent">The message that it replies to, if that is known.</param>
    public void Message(Message message, bool own, ReplyParent? parent = null)
    {
        var time = TimeZoneInfo.ConvertTime(message.Timestamp, _zone);
        Line(
            _output,
            (string.Create(CultureInfo.InvariantCulture, $"#{message.Id} {time:HH:mm:ss} "), Dim),
            (message.User, own ? Own : Other),
            (message.ReplyTo is { } id ? string.Create(CultureInfo.InvariantCulture, $" to #{id}") : "", Dim),
            (Quote(parent), Dim),
            (": ", Dim),
            (message.Text, null),
            (message.Version > 1 ? " (edited)" : "", Dim));
    }

    /// <summary>Prints a message that a search has found, with the matches between asterisks: <c>#7 14:05 alice: the *release* notes</c>.</summary>
    /// <param name="hit">The hit.</param>
    /// <param name="own">Whether the user wrote it.</param>
    public void Found(SearchHit hit, bool own)
    {
        var (message, text) = (hit.Message, hit.Snippet.Text);
        var parts = new List<(string, Style?)>
        {
            (string.Create(CultureInfo.InvariantCulture, $"#{message.Id} {TimeZoneInfo.ConvertTime(message.Timestamp, _zone):HH:mm:ss} "), Dim),
            (message.User, own ? Own : Other),
            (ThreadId.TryParse(hit.Room, out var thread) ? string.Create(CultureInfo.InvariantCulture, $" in the thread of #{thread.MessageId}") : "", Dim),
            (": ", Dim),
        };
        var at = 0;
        foreach (var range in hit.Snippet.Highlights)
        {
            parts.Add((text[at..range.Start], null));
            parts.Add(($"*{text[range.Start..range.End]}*", Doubtful));
            at = range.End;
        }

        parts.Add((text[at..], null));
        Line(_output, [.. parts]);
    }

    private static string Quote(ReplyParent? parent) => parent switch
    {
        { Message: { Text.Length: > LongestQuote } message } => $" ({message.User}: {message.Text[..LongestQuote]}…)",
        { Message: { } message } => $" ({message.User}: {message.Text})",
        { IsDeleted: true } => " (deleted)",
        _ => "",
    };

    /// <summary>Prints the number and time of a message whose text the user already sees: <c>#7 14:05 sent</c>.</summary>
    public void Sent(Message message) =>
        Note(string.Create(CultureInfo.InvariantCulture, $"#{message.Id} {TimeZoneInfo.ConvertTime(message.Timestamp, _zone):HH:mm:ss} sent"));

    /// <summary>Prints a note from the program itself.</summary>
    public void Note(string text) => Line(_output, (text, Dim));

    /// <summary>Prints an error to the error output.</summary>
    public void Error(string text) => Line(_error, (text, Bad));

    private void Line(Action<(string Text, Style? Style)[]> print, params (string Text, Style? Style)[] parts)
    {
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i].Text = TerminalText.Clean(parts[i].Text);
        }

        lock (_gate)
        {
            print(parts);
        }
    }

    private static Action<(string Text, Style? Style)[]> Plain(TextWriter writer) => parts =>
    {
        writer.WriteLine(string.Concat(parts.Select(part => part.Text)));
        writer.Flush();
    };

    private static Action<(string Text, Style? Style)[]> Coloured(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });

        // The terminal wraps long lines; wrapped here, a message would be copied as several lines.
        console.Profile.Width = int.MaxValue;
        return parts =>
        {
            // A paragraph of styled parts has no markup language: nothing to escape, and ":smile:" stays what was written.
            var line = new Paragraph();
            foreach (var (text, style) in parts)
            {
                line.Append(text, style);
            }

            console.Write(line);
            console.WriteLine();
        };
    }
}
