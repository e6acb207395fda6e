using System.Globalization;

namespace RedisChat.Benchmarks.Life;

/// <summary>Runs the life of a chat and prints what happened. Starts its own servers.</summary>
internal static class LifeCommand
{
    public const string Usage = "life [--messages 1000000] [--rooms 1000] [--senders 50] [--words 1000] [--seed 1] [--kept 128] [--prepares true|false] [--phases fill,transfer,erase,encrypt,archive]";

    public static async Task<int> RunAsync(string[] arguments)
    {
        var scale = new LifeScale(1_000_000, 1_000, 50) { Prepares = true };
        foreach (var option in arguments.Chunk(2))
        {
            if (option is ["--prepares", var prepares] && bool.TryParse(prepares, out var does))
            {
                scale = scale with { Prepares = does };
                continue;
            }

            if (option is ["--phases", var phases])
            {
                scale = scale with { Phases = phases.Split(',') };
                continue;
            }

            var number = option is [_, var text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
            var changed = option[0] switch
            {
                "--messages" => scale with { Messages = number },
                "--rooms" => scale with { Rooms = number },
                "--senders" => scale with { Senders = number },
                "--words" => scale with { Words = number },
                "--kept" => scale with { Kept = number },
                "--seed" => scale with { Seed = number },
                _ => null,
            };
            if (number == 0 || changed is null)
            {
                Console.Error.WriteLine(Usage);
                return 2;
            }

            scale = changed;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{scale.Messages:N0} messages in {scale.Rooms:N0} rooms, {scale.Senders} senders, seed {scale.Seed}, {Environment.ProcessorCount} cores"));
        try
        {
            await LifeRun.RunAsync(scale, Console.WriteLine);
        }
        catch (InvalidOperationException e)
        {
            Console.WriteLine($"FAILED: {e.Message}");
            return 1;
        }

        Console.WriteLine("All phases passed.");
        return 0;
    }
}
