using RedisChat;

namespace Snippets;

/// <summary>README, messages that expire and old history.</summary>
internal static class Retention
{
    public static async Task RunAsync(Chat chat)
    {
        var room = chat.Room("codes");

        #region expire
        await room.SendAsync(new NewMessage("alice", "The code is 1234") { ExpiresAfter = TimeSpan.FromMinutes(5) });

        await chat.Rooms.DescribeAsync(room.Id, Actor.Application, about => about with
        {
            MessagesExpireAfter = TimeSpan.FromDays(7), // new messages, unless they say otherwise
            Retention = new RetentionPolicy { MaxAge = TimeSpan.FromDays(365), MaxMessages = 100_000 }, // instead of ChatOptions.Retention
        });
        #endregion

        #region trim
        var deleted = await room.TrimAsync(new RetentionPolicy { MaxMessages = 10_000 }); // now, once, whatever the room's own retention is
        #endregion

        Console.WriteLine($"{deleted} messages were trimmed.");

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
            await chat.RunUpkeepAsync(stoppingToken); // in one process or in several
            #endregion
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }
    }
}
