using System.Text;

namespace RedisChat.Tool.Commands;

/// <summary>A file that holds how far a room was read: the position, and on the second line the room's id.</summary>
/// <param name="path">Where it is. It need not exist.</param>
/// <param name="room">The room's id.</param>
internal sealed class PositionFile(string path, string room)
{
    private static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The position; <see langword="null"/> if there is no file yet.</summary>
    /// <exception cref="ToolException">It is not such a file, or one of another room, or it cannot be read.</exception>
    public RoomPosition? Read()
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path, Encoding);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ToolException($"--resume: the file cannot be read: {e.Message}", e);
        }

        return lines is not [var token, var owner] || !RoomPosition.TryParse(token, null, out var position)
            ? throw new ToolException("--resume: the file was not written by this command. Name another file, which need not exist.")
            : owner == room ? position
            : throw new ToolException($"--resume: the file belongs to the room '{owner}'. Name another file for the room '{room}'.");
    }

    /// <summary>Replaces the file in one step, so that a crash leaves the earlier position or this one.</summary>
    /// <exception cref="ToolException">It cannot be written.</exception>
    public void Save(RoomPosition position)
    {
        try
        {
            using (var file = File.Create($"{path}.new"))
            {
                file.Write(Encoding.GetBytes($"{position}\n{room}\n"));

                // Otherwise a crash of the machine could leave a file whose name is there and whose content is not.
                file.Flush(flushToDisk: true);
            }

            File.Move($"{path}.new", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ToolException($"--resume: the file cannot be written: {e.Message}", e);
        }
    }
}
