using System.CommandLine;

namespace RedisChat.Tool.Connecting;

/// <summary>Where the chat has what is not in Redis: its archive, and the master keys of encrypted rooms.</summary>
/// <param name="Archive">The archive; <see langword="null"/> if none is given.</param>
/// <param name="Keys">The master keys; <see langword="null"/> if none are given.</param>
internal sealed record StorageSettings(IRoomArchive? Archive, FileKeyRing? Keys)
{
    /// <summary>Reads them.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="createsArchive">Whether the directory of the archive need not exist.</param>
    /// <exception cref="ToolException">There is no such directory or file, or the file has something else.</exception>
    public static StorageSettings Read(ParseResult arguments, bool createsArchive)
    {
        var file = arguments.GetValue(GlobalOptions.Keys);

        // Opening a key ring would create the file, and with it a key that nobody else has.
        if (file is not null && !File.Exists(file))
        {
            throw new ToolException($"There is no file '{file}': --keys names the application's file with master keys.");
        }

        try
        {
            return new StorageSettings(ArchiveSettings.Open(arguments, createsArchive), file is null ? null : new FileKeyRing(file));
        }
        catch (ArgumentException e)
        {
            throw new ToolException(Terminal.Explanation.Of(e), e);
        }
    }
}
