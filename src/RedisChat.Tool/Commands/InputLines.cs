using System.Text;
using System.Threading.Channels;

namespace RedisChat.Tool.Commands;

/// <summary>Reads the lines of the standard input in the background, so that whoever sends them can take all that are there, and Ctrl+C need not wait for the next one.</summary>
internal static class InputLines
{
    private const int ReadAhead = 1024;

    /// <summary>Starts to read.</summary>
    /// <param name="skip">How many lines to leave out at the beginning.</param>
    /// <returns>The lines that are not blank, with their numbers, counted from 1.</returns>
    public static ChannelReader<(long Number, string Text)> Read(long skip)
    {
        var lines = Channel.CreateBounded<(long, string)>(ReadAhead);
        _ = Task.Run(() => ReadAsync(lines.Writer, skip));
        return lines.Reader;
    }

    private static async Task ReadAsync(ChannelWriter<(long, string)> lines, long skip)
    {
        try
        {
            using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            for (var number = 1L; input.ReadLine() is { } line; number++)
            {
                if (number > skip && !string.IsNullOrWhiteSpace(line))
                {
                    await lines.WriteAsync((number, line));
                }
            }

            lines.Complete();
        }
        catch (Exception e)
        {
            lines.Complete(new ToolException($"The input cannot be read: {e.Message}", e));
        }
    }
}
