using System.Diagnostics;

namespace RedisChat.Benchmarks.Life;

/// <summary>
/// Users who send, and now and then edit what they sent, until they are stopped. Each repeats a call under the same idempotency key until it is acknowledged, so in the end every message must be
/// there exactly once.
/// </summary>
internal sealed class LifeSenders
{
    /// <summary>Their ids begin with this.</summary>
    public const string Prefix = "sender-";

    private const int EditsOneIn = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Chat _chat;
    private readonly LifeScale _scale;
    private readonly string _name;
    private readonly string _before;
    private readonly Task<List<SentMessage>>[] _tasks;
    private volatile bool _ends;
    private long _longest;

    private LifeSenders(Chat chat, LifeScale scale, string name, string before)
    {
        (_chat, _scale, _name, _before) = (chat, scale, name, before);
        _tasks = [.. Enumerable.Range(0, scale.Senders).Select(number => Task.Run(() => SendAsync(number)))];
    }

    /// <summary>The longest time that one of them waited for an acknowledgement.</summary>
    public TimeSpan Longest => TimeSpan.FromTicks(Interlocked.Read(ref _longest));

    /// <summary>Starts them.</summary>
    /// <param name="chat">The chat.</param>
    /// <param name="scale">How many there are.</param>
    /// <param name="name">What the idempotency keys of their messages begin with, different in each phase.</param>
    /// <param name="before">What their texts begin with.</param>
    public static LifeSenders Start(Chat chat, LifeScale scale, string name, string before) => new(chat, scale, name, before);

    /// <summary>Lets them finish their calls.</summary>
    /// <returns>What was acknowledged.</returns>
    public async Task<List<SentMessage>> EndAsync()
    {
        _ends = true;
        return [.. (await Task.WhenAll(_tasks)).SelectMany(sent => sent)];
    }

    private async Task<List<SentMessage>> SendAsync(int number)
    {
        var (user, sent) = ($"{Prefix}{number}", new List<SentMessage>());
        for (var n = 0; !_ends; n++)
        {
            // Each of them goes through all rooms.
            var room = LifeRooms.NameOf((number + (n * _scale.Senders)) % _scale.Rooms);
            var key = $"{_name} {number}/{n}";
            var text = _before + key;
            var receipt = await UntilDoneAsync(() => _chat.SendAsync(room, new NewMessage(user, text) { IdempotencyKey = key }));
            if (n % EditsOneIn == EditsOneIn - 1)
            {
                text += " edited";
                if (await UntilDoneAsync(() => _chat.EditAsync(room, receipt.Id, user, text)) is null)
                {
                    throw new InvalidOperationException($"Message {receipt.Id} of {room} was acknowledged, and is not there to be edited.");
                }
            }

            sent.Add(new SentMessage(room, receipt.Id, text));
            await Task.Delay(_scale.Pause, CancellationToken.None);
        }

        return sent;
    }

    private async Task<T> UntilDoneAsync<T>(Func<Task<T>> call)
    {
        for (var start = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                var result = await call();
                var took = Stopwatch.GetElapsedTime(start).Ticks;
                for (var longest = Interlocked.Read(ref _longest); took > longest && Interlocked.CompareExchange(ref _longest, took, longest) != longest;)
                {
                    longest = Interlocked.Read(ref _longest);
                }

                return result;
            }
            catch (ChatUnavailableException) when (Stopwatch.GetElapsedTime(start) < Patience)
            {
                // Again, under the same key.
            }
        }
    }
}
