namespace RedisChat.Faults;

/// <summary>
/// An application's user who sends, edits and deletes in one room, one call at a time. A send that may have happened is sometimes repeated
/// under its key, as a careful application would, and sometimes given up.
/// </summary>
internal sealed class Sender(Chat chat, HistoryWriter history, string room, string user, int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<long> _own = [];
    private int _sent;

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await (_random.Next(100) switch
            {
                < 80 => SendAsync(1, stop),
                < 88 => SendAsync(_random.Next(2, 6), stop),
                < 95 => ChangeAsync($"{user} edits {++_sent}"),
                _ => ChangeAsync(null),
            });
            await Task.Delay(_random.Next(2, 12), CancellationToken.None);
        }
    }

    private async Task SendAsync(int count, CancellationToken stop)
    {
        var keyed = _random.Next(2) == 0;
        var messages = Enumerable.Range(0, count).Select(_ => NewMessage(keyed)).ToArray();
        var outcome = await TryAsync(messages, keyed);
        while (keyed && outcome == Outcome.MayHaveHappened && _random.Next(4) > 0 && !stop.IsCancellationRequested)
        {
            outcome = await TryAsync(messages, keyed);
        }

        if (keyed && outcome == Outcome.Happened && _random.Next(20) == 0)
        {
            // The answer was lost between the application and its own client, which retries.
            await TryAsync(messages, keyed);
        }
    }

    private NewMessage NewMessage(bool keyed)
    {
        var name = $"{room}/{user}/{++_sent}";
        return new(user, name)
        {
            IdempotencyKey = keyed ? name : null,
            Metadata = new Dictionary<string, string> { [HistoryMessage.NameEntry] = name },
        };
    }

    private async Task<Outcome> TryAsync(NewMessage[] messages, bool keyed)
    {
        var attempt = history.NextAttempt();
        history.Write(new SendBegan(attempt, room, user, [.. messages.Select(message => message.Text)], keyed));
        return await ObserveAsync(
            async () =>
            {
                var receipts = await chat.SendManyAsync(room, messages, CancellationToken.None);
                _own.AddRange(receipts.Select(receipt => receipt.Id));
                return new SendAcknowledged(attempt, [.. receipts.Select(receipt => new Receipt(receipt.Id, receipt.Position.Stamp, receipt.IsDuplicate))]);
            },
            (mayHaveHappened, error) => new SendFailed(attempt, mayHaveHappened, error));
    }

    private async Task ChangeAsync(string? text)
    {
        if (_own.Count == 0)
        {
            return;
        }

        // Mostly a recent message, sometimes any.
        var id = _own[_random.Next(3) == 0 ? _random.Next(_own.Count) : ^Math.Min(_own.Count, _random.Next(1, 10))];
        var attempt = history.NextAttempt();
        history.Write(new ChangeBegan(attempt, room, id, text));
        await ObserveAsync(
            async () => new ChangeAcknowledged(attempt, text is null
                ? await chat.DeleteAsync(room, id, user, cancellationToken: CancellationToken.None)
                : await chat.EditAsync(room, id, user, text, CancellationToken.None) is not null),
            (mayHaveHappened, error) => new ChangeFailed(attempt, mayHaveHappened, error));
    }

    private async Task<Outcome> ObserveAsync(Func<Task<HistoryEvent>> action, Func<bool, string, HistoryEvent> failed)
    {
        try
        {
            history.Write(await action());
            return Outcome.Happened;
        }
        catch (Exception e)
        {
            var mayHaveHappened = e is not ChatException or ChatDurabilityException or ChatUnavailableException { MayHaveHappened: true };
            if (e is not ChatException and not ObjectDisposedException)
            {
                history.Write(new Broken($"{user} in {room} was thrown {e}"));
            }

            history.Write(failed(mayHaveHappened, $"{e.GetType().Name}: {e.Message} ({e.GetBaseException().GetType().Name}: {e.GetBaseException().Message})"));
            return mayHaveHappened ? Outcome.MayHaveHappened : Outcome.DidNotHappen;
        }
    }

    private enum Outcome
    {
        Happened,
        MayHaveHappened,
        DidNotHappen,
    }
}
