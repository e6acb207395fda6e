using RedisChat.Benchmarks;

// dotnet run -c Release --project tests/RedisChat.Benchmarks -- delivery [--rounds N] [--redis CONFIGURATION]
if (args is not ["delivery", ..])
{
    Console.Error.WriteLine("Usage: delivery [--rounds N] [--redis CONFIGURATION]");
    return 1;
}

var rounds = Option("--rounds") is { } number ? int.Parse(number, System.Globalization.CultureInfo.InvariantCulture) : 5;
await using var server = Option("--redis") is null ? await BenchmarkServer.StartAsync() : null;
await DeliveryBenchmark.RunAsync(Option("--redis") ?? server!.Configuration, rounds);
return 0;

string? Option(string name) => Array.IndexOf(args, name) is var at && at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
