using System.Globalization;
using RedisChat.Benchmarks.Servers;
using RedisChat.Benchmarks.Texts;

namespace RedisChat.Benchmarks.Transfer;

/// <summary>How fast a chat is exported, imported and verified, and how much memory each takes. Lines on standard output; starts two redis-servers of its own, and itself again for each step.</summary>
internal static class TransferCommand
{
    private const int Batch = ChatLimits.MaxBatchSize;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var (messages, rooms) = arguments switch
        {
            [] => (1_000_000, 1_000),
            [var some, var many] => (int.Parse(some, CultureInfo.InvariantCulture), int.Parse(many, CultureInfo.InvariantCulture)),
            _ => throw new ArgumentException("transfer [messages rooms]"),
        };
        var directory = Directory.CreateTempSubdirectory("redischat-transfer-");
        try
        {
            await using var from = await RedisServer.StartAsync();
            await using var to = await RedisServer.StartAsync();
            await FillAsync(from.Configuration, messages, rooms);
            foreach (var (verb, server, compress) in new[] { ("export", from, false), ("import", to, false), ("compare", to, false), ("check", to, false), ("export", from, true) })
            {
                await using var step = ChildProcess.StartSelf(server.Configuration, TransferStep.Verb, verb, Path.Combine(directory.FullName, compress ? "gzip" : "plain"), compress ? "gzip" : "plain");
                Console.WriteLine($"{verb}{(compress ? " --gzip" : "")}: {await step.Output.ReadLineAsync()}");
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }

        return 0;
    }

    private static async Task FillAsync(string configuration, int messages, int rooms)
    {
        await using var store = new RedisMessageStore(configuration);
        var chat = new Chat(store);
        await Parallel.ForEachAsync(Enumerable.Range(0, rooms), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (room, cancellationToken) =>
        {
            var texts = NaturalTexts.Embedded.Messages(room).GetEnumerator();
            for (var sent = 0; sent < messages / rooms; sent += Batch)
            {
                await chat.SendManyAsync($"room {room}", [.. Enumerable.Range(sent, Math.Min(Batch, (messages / rooms) - sent)).Select(n => new NewMessage($"user {n % 50}", Next(texts)))], cancellationToken);
            }
        });
        await store.SealedAsync();
    }

    private static string Next(IEnumerator<string> texts) => texts.MoveNext() ? texts.Current : "the end";
}
