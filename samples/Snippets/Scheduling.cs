using RedisChat;

namespace Snippets;

/// <summary>README, "Scheduled messages".</summary>
internal static class Scheduling
{
    public static async Task ScheduleAsync(Chat chat)
    {
        var room = chat.Room("birthdays");
        var tomorrow = DateTimeOffset.UtcNow.AddDays(1);

        #region schedule
        var scheduled = await room.Schedule.AddAsync(new NewMessage("alice", "Happy birthday!"), sendAt: tomorrow);
        await room.Schedule.ChangeAsync("alice", scheduled.Id, text: "Happy birthday, Bob!");

        foreach (var next in await room.Schedule.ListAsync("alice"))
        {
            Console.WriteLine($"{next.SendAt:g} {next.Message.Text} {next.Failure}"); // Failure: why the room's rules refused it
        }

        var wasInTime = await room.Schedule.CancelAsync("alice", scheduled.Id);
        #endregion

        if (!wasInTime)
        {
            throw new InvalidOperationException("It was not scheduled.");
        }

        using var stopping = new CancellationTokenSource();
        var running = RunAsync(chat, stopping.Token);
        await stopping.CancelAsync();
        await running;
    }

    private static async Task RunAsync(Chat chat, CancellationToken stoppingToken)
    {
        try
        {
            #region run
            await chat.RunScheduleAsync(stoppingToken); // in one process or in several, for example in a BackgroundService
            #endregion
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }
    }
}
