using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace RedisChat.Benchmarks.Life;

/// <summary>The life of a chat, phase by phase, each while senders go on, the tool is killed, and the server, too.</summary>
internal sealed partial class LifeRun : IAsyncDisposable
{
    private static readonly ILifePhase[] Phases = [new FillPhase(), new TransferPhase(), new ErasurePhase(), new EncryptionPhase(), new ArchivePhase()];

    private const int MostRounds = 20;

    // Their application retries what takes longer.
    private static readonly TimeSpan SenderPatience = TimeSpan.FromSeconds(5);

    private readonly DirectoryInfo _directory = System.IO.Directory.CreateTempSubdirectory("redischat-life-");
    private readonly List<SentMessage> _sent = [];

    private LifeRun(LifeScale scale, LifeServer source, Action<string> say) => (Scale, Source, Say, Faults) = (scale, source, say, new LifeFaults(scale.Seed, say));

    /// <summary>How long an operation of a phase itself is retried: longer than a server needs to load its data.</summary>
    public static TimeSpan Patience => TimeSpan.FromMinutes(3);

    public LifeScale Scale { get; }

    /// <summary>The server with the chat.</summary>
    public LifeServer Source { get; }

    /// <summary>Reports a line.</summary>
    public Action<string> Say { get; }

    public LifeFaults Faults { get; }

    /// <summary>The digest of the plain messages after they were sent. They must be the same from then on.</summary>
    public string? Digest { get; private set; }

    /// <summary>A directory for files.</summary>
    public string Directory => _directory.FullName;

    public string KeyFile => Path.Combine(Directory, "keys");

    public string ArchiveDirectory => Path.Combine(Directory, "archive");

    public IEnumerable<int> Numbers => Enumerable.Range(0, Scale.Rooms);

    /// <summary>Runs all phases.</summary>
    /// <param name="scale">How large they are.</param>
    /// <param name="say">Reports a line.</param>
    /// <exception cref="InvalidOperationException">Something is not as promised.</exception>
    public static async Task RunAsync(LifeScale scale, Action<string> say)
    {
        await using var run = new LifeRun(scale, await LifeServer.StartAsync(), say);
        foreach (var phase in Phases.Where(phase => scale.Phases?.Contains(phase.Name) != false))
        {
            await run.RunAsync(phase);
        }

        Require(run.Faults.Missed == 0, $"{run.Faults.Missed} kills came too late.");
    }

    /// <summary>Throws if something is not so.</summary>
    public static void Require(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    /// <summary>Throws if a command did not succeed.</summary>
    public static void RequireDone(ToolRun run) => Require(run.ExitCode == 0, run.ToString());

    /// <summary>Opens another chat as it is in a phase.</summary>
    public LifeChat Open(ILifePhase phase, TimeSpan? timeout = null) =>
        LifeChat.Open(Source.Configuration, timeout ?? Patience, phase.Encrypts ? KeyFile : null, phase.Archives ? ArchiveDirectory : null);

    /// <summary>Checks a chat alone, through kill -9 of the tool and the server. A room that changes all the time is checked again, as the finding says.</summary>
    public async Task VerifyAsync(LifeServer server, params string[] where)
    {
        string[] command = ["verify", "--redis", server.Configuration, .. where];
        var verified = await Faults.RunAsync(server, new TrafficProbe(server), killsServer: true, repeats: true, command);
        for (var round = 0; verified.ExitCode == 1 && round < MostRounds; round++)
        {
            var busy = verified.Output.Split('\n')[..^1];
            Require(busy.All(line => line.EndsWith("[busy]", StringComparison.Ordinal)), verified.Output);
            await using var tool = LifeTool.Start([.. command, .. busy.Select(line => Room().Match(line).Value).Distinct().SelectMany(room => (string[])["--room", room])]);
            verified = await tool.EndAsync();
            Say($"  verify of {busy.Length} busy rooms: exit {verified.ExitCode}, {verified.LastLine}");
        }

        Require(verified.ExitCode == 0 && verified.LastLine.EndsWith(": 0 differences.", StringComparison.Ordinal), verified.Output);
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    // A thread is checked with its room.
    [GeneratedRegex(@"life-\d{5}")]
    private static partial Regex Room();

    private static string Load() => File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..2]) : "unknown";

    private async Task RunAsync(ILifePhase phase)
    {
        var (start, load) = (Stopwatch.GetTimestamp(), Load());
        Say($"{phase.Name}:");
        await phase.PrepareAsync(this);
        await using var chat = Open(phase);
        await using var ofSenders = Open(phase, SenderPatience);
        var senders = LifeSenders.Start(ofSenders.Chat, Scale, phase.Name, phase.Encrypts ? MarkerWords.Prefix : "");
        List<SentMessage> sent;
        try
        {
            await phase.RunAsync(this, chat);
        }
        finally
        {
            sent = await senders.EndAsync();
        }

        _sent.AddRange(sent);
        await using var another = Open(phase);
        var (messages, digest) = await LifeHistory.CheckAsync(another.Chat, Scale, _sent);
        Digest ??= digest;
        Require(digest == Digest, "The plain messages are not those that were sent.");
        Say(string.Create(
            CultureInfo.InvariantCulture,
            $"  {sent.Count:N0} messages acknowledged to {Scale.Senders} senders, {_sent.Count:N0} in all phases, each there once; the longest waited {senders.Longest.TotalSeconds:0.0} s; {messages:N0} messages in rooms"));
        Say(string.Create(CultureInfo.InvariantCulture, $"  {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s, load {load} at the beginning, {Load()} at the end"));
    }
}
