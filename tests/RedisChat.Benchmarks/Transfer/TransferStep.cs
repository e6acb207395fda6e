using System.Diagnostics;
using System.Globalization;

namespace RedisChat.Benchmarks.Transfer;

/// <summary>One step in a process of its own, which reports how long it took and the most memory that the process had.</summary>
internal static class TransferStep
{
    public const string Verb = "transfer-step";

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [var verb, var directory, var form] || await Console.In.ReadLineAsync() is not { } redis)
        {
            return 2;
        }

        await using var store = new RedisMessageStore(redis);
        var (transfer, start) = (new Chat(store).Transfer, Stopwatch.GetTimestamp());
        var (facts, what) = verb switch
        {
            "export" => Of(await transfer.ExportAsync(directory, new ExportOptions { Compress = form == "gzip" })),
            "import" => ((await transfer.ImportAsync(directory)).Facts, ""),
            "compare" => Of(await transfer.VerifyAsync(directory)),
            _ => Of(await transfer.VerifyAsync()),
        };
        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{facts:N0} facts in {elapsed:N1} s, {facts / elapsed:N0}/s, at most {PeakMemory() / 1024.0 / 1024.0:N0} MiB resident{what}"));
        return 0;
    }

    private static (long, string) Of(ExportResult result) => (result.Facts.GetValueOrDefault("message"), string.Create(CultureInfo.InvariantCulture, $", {result.Bytes / 1024.0 / 1024.0:N0} MiB of files"));

    private static (long, string) Of(VerifyResult result) => (result.Facts, string.Create(CultureInfo.InvariantCulture, $", {result.DifferenceCount} differences"));

    private static long PeakMemory() => OperatingSystem.IsLinux() && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)) is { } line
        ? long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024
        : Process.GetCurrentProcess().PeakWorkingSet64;
}
