using System.CommandLine;
using RedisChat.Tool.Connecting;

namespace RedisChat.Tool;

/// <summary>One run of a command: what was given on the command line, and where to write.</summary>
internal sealed class ToolContext(ParseResult arguments, ToolOutput output, TimeProvider time, CancellationToken cancellationToken)
{
    private ConnectionSettings? _settings;

    /// <summary>Where to write.</summary>
    public ToolOutput Output => output;

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Whether the output is to be JSON: one document, or one line for each event.</summary>
    public bool IsJson => arguments.GetValue(GlobalOptions.Json);

    /// <summary>Whether the command line or the environment names an archive.</summary>
    public bool HasArchive => ArchiveSettings.AreIn(arguments);

    // Read once: a password can be typed or come from a pipe.
    private ConnectionSettings Settings => _settings ??= ConnectionSettings.Read(arguments, cancellationToken);

    /// <summary>The value of an option; its default if it was not given.</summary>
    public T? Get<T>(Option<T> option) => arguments.GetValue(option);

    /// <summary>The value of an argument.</summary>
    public T? Get<T>(Argument<T> argument) => arguments.GetValue(argument);

    /// <summary>The value of a required argument.</summary>
    public T Require<T>(Argument<T> argument) => arguments.GetRequiredValue(argument);

    /// <summary>The value of a required option.</summary>
    public T Require<T>(Option<T> option) => arguments.GetRequiredValue(option);

    /// <summary>Opens the chat that the command line names. Connects on first use.</summary>
    /// <param name="chat">Sets options of the chat; <see langword="null"/> for the defaults.</param>
    /// <param name="store">Sets options of its store; <see langword="null"/> for the defaults.</param>
    /// <param name="createsArchive">Whether the directory of the archive need not exist.</param>
    /// <exception cref="ToolException">The command line names no server, or the settings are not valid.</exception>
    public ChatConnection Connect(Action<ChatOptions>? chat = null, Action<RedisStoreOptions>? store = null, bool createsArchive = false) =>
        ChatConnection.Open(Settings, StorageSettings.Read(arguments, createsArchive), chat, store);

    /// <summary>Opens the store with the classic layout that the command line names. Connects at once.</summary>
    /// <param name="source">The servers, without a password; <see langword="null"/> if they were not given.</param>
    /// <param name="prefix">The beginning of the keys; <see langword="null"/> for that of the chat.</param>
    /// <param name="stop">Stops waiting.</param>
    /// <exception cref="ToolException">The command line names no server, or the settings are not valid.</exception>
    /// <exception cref="ChatUnavailableException">No server answers.</exception>
    public Task<ClassicConnection> ConnectClassicAsync(string? source, string? prefix, CancellationToken stop)
    {
        var redis = ConnectionSettings.ReadSource(source) ?? Settings.Redis;
        return ClassicConnection.OpenAsync(new ConnectionSettings(redis, prefix ?? arguments.GetValue(GlobalOptions.Prefix)!), stop);
    }

    /// <summary>Reports the progress of a long command.</summary>
    /// <param name="unit">What is counted, in the plural: <c>messages</c>.</param>
    public ProgressReport Progress(string unit) => new(output, time, unit);
}
