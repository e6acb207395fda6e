using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Win32.SafeHandles;
using RedisChat.Terminal;

namespace RedisChat.Tool;

/// <summary>Writes whole lines, each cleaned of characters that could move the cursor or deceive. Thread-safe.</summary>
/// <remarks>Results go to the standard output. Errors and progress go to the error output, so that a program that reads the results never sees them.</remarks>
internal sealed class ToolOutput
{
    // EPIPE, which is what .NET has as the result on Linux and macOS; ERROR_BROKEN_PIPE and ERROR_NO_DATA.
    private const int BrokenPipe = 32;
    private const int WindowsBrokenPipe = unchecked((int)0x8007006D);
    private const int WindowsClosedPipe = unchecked((int)0x800700E8);

    private readonly Lock _gate = new();
    private readonly TextWriter _results;
    private readonly TextWriter _errors;
    private readonly bool _hasColors;
    private bool _hasStatus;

    private ToolOutput(TextWriter results, TextWriter errors, bool hasColors, bool hasStatusLine) =>
        (_results, _errors, _hasColors, HasStatusLine) = (results, errors, hasColors, hasStatusLine);

    /// <summary>Whether the error output is a terminal, on which <see cref="Status"/> overwrites a line.</summary>
    public bool HasStatusLine { get; }

    /// <summary>Writes to this process's console: with colors on a terminal, unless <c>NO_COLOR</c> is set.</summary>
    public static ToolOutput ForConsole()
    {
        var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        Console.OutputEncoding = encoding;
        return new ToolOutput(
            Console.IsOutputRedirected ? new StreamWriter(OpenPipe() ?? Console.OpenStandardOutput(), encoding) : Console.Out,
            Console.Error,
            hasColors: !Console.IsOutputRedirected && !Console.IsErrorRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
            hasStatusLine: !Console.IsErrorRedirected);
    }

    /// <summary>Writes plainly.</summary>
    public static ToolOutput To(TextWriter results, TextWriter errors, bool hasStatusLine = false) => new(results, errors, hasColors: false, hasStatusLine);

    /// <summary>Writes a line of the result.</summary>
    /// <exception cref="OutputClosedException">Nobody reads it.</exception>
    /// <exception cref="IOException">It cannot be written: the disk is full, for example.</exception>
    public void Line(string text, Tone tone = Tone.Plain) => Write(_results, TerminalText.Clean(text), tone);

    /// <summary>Writes a value as one line of JSON. It has no character beyond ASCII, and no control character.</summary>
    /// <exception cref="OutputClosedException">Nobody reads it.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Json<T>(T value, JsonTypeInfo<T> type) => Write(_results, JsonSerializer.Serialize(value, type), Tone.Plain);

    /// <summary>Writes a line to the error output.</summary>
    public void Error(string text) => Write(_errors, TerminalText.Clean(text), Tone.Bad);

    /// <summary>Writes a line about the run to the error output, which is not an error.</summary>
    public void Note(string text) => Write(_errors, TerminalText.Clean(text), Tone.Faint);

    /// <summary>Shows a text on the last line of the terminal until something else is written. Only if <see cref="HasStatusLine"/>.</summary>
    public void Status(string text)
    {
        lock (_gate)
        {
            _errors.Write($"\r{TerminalText.Clean(text)}\u001b[K");
            _errors.Flush();
            _hasStatus = true;
        }
    }

    /// <summary>Takes the status away.</summary>
    public void ClearStatus()
    {
        lock (_gate)
        {
            EraseStatus();
        }
    }

    private void Write(TextWriter writer, string line, Tone tone)
    {
        lock (_gate)
        {
            EraseStatus();
            var color = _hasColors ? tone switch { Tone.Bad => ConsoleColor.Red, Tone.Warning => ConsoleColor.Yellow, Tone.Faint => ConsoleColor.DarkGray, _ => (ConsoleColor?)null } : null;
            try
            {
                if (color is { } some)
                {
                    Console.ForegroundColor = some;
                }

                writer.WriteLine(line);
                writer.Flush();
            }
            catch (IOException e) when (e.HResult is BrokenPipe or WindowsBrokenPipe or WindowsClosedPipe)
            {
                throw new OutputClosedException(e);
            }
            finally
            {
                if (color is not null)
                {
                    Console.ResetColor();
                }
            }
        }
    }

    private void EraseStatus()
    {
        if (_hasStatus)
        {
            _errors.Write("\r\u001b[K");
            _errors.Flush();
            _hasStatus = false;
        }
    }

    /// <summary>The standard output, if it is a pipe. The stream of <see cref="Console"/> hides that the reader of a pipe is gone, and the command would go on for nobody.</summary>
    private static FileStream? OpenPipe()
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        try
        {
            var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);

            // A file stream would keep its own place in a file, and overwrite what others write to it.
            return stream.CanSeek ? null : stream;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
