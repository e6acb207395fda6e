using System.Globalization;

namespace RedisChat.Faults;

/// <summary>Writes a message of numbers, each a part, until the end: <c>0 1 2 …</c>. Records how much of it is stored.</summary>
internal sealed class WritingUser(Chat chat, HistoryWriter history, string room, string user, TimeSpan lease)
{
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await WriteAsync(stop);
        }
        catch (ChatException e)
        {
            history.Write(new Broken($"{user} in {room} was thrown {e}"));
        }
    }

    private async Task WriteAsync(CancellationToken stop)
    {
        await using var writer = await chat.Room(room).BeginAsync(new NewMessage(user, ""), new WritingOptions { Interval = TimeSpan.Zero, Lease = lease }, stop);
        for (var n = 0; !stop.IsCancellationRequested; n++)
        {
            await writer.AppendAsync(string.Create(CultureInfo.InvariantCulture, $"{n} "), CancellationToken.None);
            await writer.FlushAsync(CancellationToken.None);
            history.Write(new Acted(room, writer.Text.Length.ToString(CultureInfo.InvariantCulture)));
        }

        await writer.CompleteAsync(CancellationToken.None);
    }
}
