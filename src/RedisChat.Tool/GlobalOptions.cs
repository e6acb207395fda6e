using System.CommandLine;

namespace RedisChat.Tool;

/// <summary>The options that every command has.</summary>
internal static class GlobalOptions
{
    public static Option<string?> Redis { get; } = new("--redis")
    {
        Description = "The servers: host:6379, with options of StackExchange.Redis (user=chat,ssl=true), or redis://host:6379/0. No password. [environment: REDISCHAT_REDIS]",
        HelpName = "config",
        Recursive = true,
    };

    public static Option<string?> PasswordFile { get; } = new("--password-file")
    {
        Description = "A file whose first line is the password. [environment: REDISCHAT_REDIS_PASSWORD, the password itself]",
        HelpName = "file",
        Recursive = true,
    };

    public static Option<bool> AskPassword { get; } = new("--ask-password")
    {
        Description = "Ask for the password on the terminal.",
        Recursive = true,
    };

    public static Option<string> Prefix { get; } = new("--prefix")
    {
        Description = "The beginning of the chat's keys: RedisStoreOptions.KeyPrefix of the application.",
        HelpName = "prefix",
        DefaultValueFactory = _ => HashTagKeyScheme.DefaultPrefix,
        Recursive = true,
    };

    public static Option<int?> Database { get; } = new("--database")
    {
        Description = "The number of the Redis database.",
        HelpName = "number",
        Recursive = true,
    };

    public static Option<string?> Archive { get; } = new("--archive")
    {
        Description = "The directory with the old messages: that of AddFileArchive in the application.",
        HelpName = "directory",
        Recursive = true,
    };

    public static Option<string?> ArchivePostgreSql { get; } = new("--archive-postgresql")
    {
        Description = "The database with the old messages: that of AddPostgreSqlArchive in the application (Host=localhost;Database=chat;Username=chat). No password. [environment: REDISCHAT_ARCHIVE_POSTGRESQL]",
        HelpName = "config",
        Recursive = true,
    };

    public static Option<string?> Keys { get; } = new("--keys")
    {
        Description = "The file with the master keys of encrypted rooms: that of FileKeyRing in the application.",
        HelpName = "file",
        Recursive = true,
    };

    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Print JSON: one document, or one line for each event.",
        Recursive = true,
    };

    public static void AddTo(RootCommand root)
    {
        foreach (Option option in (Option[])[Redis, PasswordFile, AskPassword, Prefix, Database, Archive, ArchivePostgreSql, Keys, Json])
        {
            root.Options.Add(option);
        }
    }
}
