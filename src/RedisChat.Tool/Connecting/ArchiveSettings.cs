using System.CommandLine;
using Npgsql;
using RedisChat.Archive.PostgreSql;

namespace RedisChat.Tool.Connecting;

/// <summary>Where the chat's archive is, a directory or a PostgreSQL database: from the command line and the environment.</summary>
internal static class ArchiveSettings
{
    private const string DatabaseVariable = "REDISCHAT_ARCHIVE_POSTGRESQL";

    /// <summary>Whether an archive is given.</summary>
    public static bool AreIn(ParseResult arguments) =>
        arguments.GetValue(GlobalOptions.Archive) is not null || arguments.GetValue(GlobalOptions.ArchivePostgreSql) is not null || VariableIsSet(out _);

    /// <summary>Opens the archive. Connects on first use.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="createsDirectory">Whether the directory need not exist.</param>
    /// <returns>The archive; <see langword="null"/> if none is given.</returns>
    /// <exception cref="ToolException">Two are given, there is no such directory, or the connection string is not valid.</exception>
    public static IRoomArchive? Open(ParseResult arguments, bool createsDirectory)
    {
        var (directory, database) = (arguments.GetValue(GlobalOptions.Archive), arguments.GetValue(GlobalOptions.ArchivePostgreSql));
        if (directory is not null && database is not null)
        {
            throw new ToolException("Give --archive or --archive-postgresql, but not both: a chat has one archive.");
        }

        // The command line comes before the environment.
        return directory is not null ? OpenDirectory(directory, createsDirectory)
            : database is not null ? OpenDatabase(database, "--archive-postgresql", isArgument: true)
            : VariableIsSet(out var text) ? OpenDatabase(text, $"The environment variable {DatabaseVariable}", isArgument: false)
            : null;
    }

    private static bool VariableIsSet(out string text) => !string.IsNullOrWhiteSpace(text = Environment.GetEnvironmentVariable(DatabaseVariable) ?? "");

    private static FileRoomArchive OpenDirectory(string directory, bool creates) => creates || Directory.Exists(directory)
        ? new FileRoomArchive(directory)
        : throw new ToolException($"There is no directory '{directory}': --archive names the directory of the application's archive.");

    private static PostgreSqlRoomArchive OpenDatabase(string text, string source, bool isArgument)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // Its message may repeat a part of a password.
            throw new ToolException($"{source} is not a connection string of Npgsql, such as Host=localhost;Database=chat;Username=chat.", e);
        }

        if (isArgument && settings.Password is not null)
        {
            throw new ToolException(
                $"--archive-postgresql must not contain a password: everyone on this machine can read the command line. Change the password if that matters. Put the connection string in the environment variable {DatabaseVariable}, "
                + "or the password in PGPASSWORD or in a file that PGPASSFILE names.");
        }

        settings.ApplicationName ??= "redischat";
        return new PostgreSqlRoomArchive(settings.ConnectionString);
    }
}
