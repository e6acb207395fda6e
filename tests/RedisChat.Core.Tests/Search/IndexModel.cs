namespace RedisChat.Tests.Search;

/// <summary>Random conversations while the index is fed, with feeders that end and fail at any moment. In the end the index must equal the history.</summary>
internal sealed class IndexModel(IMessageStore store, ObservedIndex index, string prefix, int seed)
{
    private readonly Random _random = new(seed);
    private readonly Chat _chat = new(store, index: index);
    private readonly List<string> _words = [];
    private readonly Dictionary<string, List<long>> _sent = [];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async Task RunAsync(int steps)
    {
        var rooms = Enumerable.Range(0, 3).Select(number => $"{prefix}room{number}").ToList();
        RunningFeeder? feeder = null;
        for (var step = 0; step < steps; step++)
        {
            if (feeder is null)
            {
                index.Reopen();
                feeder = new RunningFeeder(_chat, [.. rooms]);
            }

            await ActAsync(rooms[_random.Next(rooms.Count)]);
            if (_random.Next(12) == 0)
            {
                switch (_random.Next(3))
                {
                    case 0:
                        break;
                    case 1:
                        index.Fails = () => true;
                        break;
                    default:
                        index.FailsThen = () => true;
                        break;
                }

                await feeder.DisposeAsync();
                (index.Fails, index.FailsThen, feeder) = (() => false, () => false, null);
            }
        }

        feeder ??= new RunningFeeder(_chat, [.. rooms]);
        var all = rooms.Concat(_sent.Keys).Distinct().ToArray();
        await index.CaughtUpAsync(_chat, all);
        feeder.Running.IsCompleted.Should().BeFalse();
        await feeder.DisposeAsync();

        var expected = new HashSet<(string, long, string)>();
        foreach (var room in all)
        {
            await foreach (var message in _chat.ReceiveAllAsync(room, cancellationToken: Cancelled))
            {
                if (message.Writing != WritingState.InProgress)
                {
                    expected.Add((room, message.Id, message.Text));
                }
            }
        }

        var found = (await index.FindAsync(new IndexQuery { Text = "every ", Limit = 100_000 }, Cancelled)).Select(hit => (hit.Room, hit.MessageId)).ToList();
        found.Should().OnlyHaveUniqueItems();
        found.Should().BeEquivalentTo(expected.Select(message => (message.Item1, message.Item2)), "seed {0}", seed);
        var wordsNow = expected.ToLookup(message => message.Item3.Split(' ')[1], message => (message.Item1, message.Item2));
        foreach (var word in _words)
        {
            (await index.FindAsync(new IndexQuery { Text = word + " ", Limit = 10 }, Cancelled)).Select(hit => (hit.Room, hit.MessageId))
                .Should().BeEquivalentTo(wordsNow[word], "{0} with seed {1}", word, seed);
        }
    }

    private string NewText()
    {
        _words.Add($"w{_words.Count}x{seed}");
        return $"every {_words[^1]} 字";
    }

    private async Task ActAsync(string room)
    {
        var sent = _sent.TryGetValue(room, out var ids) ? ids : _sent[room] = [];
        var some = sent.Count > 0 ? sent[_random.Next(sent.Count)] : 1;
        switch (_random.Next(12))
        {
            case 0 when sent.Count > 0:
                await _chat.DeleteAsync(room, some, Actor.Application, cancellationToken: Cancelled);
                break;
            case 1 or 2 when sent.Count > 0:
                await _chat.EditAsync(room, some, Actor.Application, NewText(), Cancelled);
                break;
            case 3 when sent.Count > 10:
                await _chat.Room(room).DeleteManyAsync(MessageSelection.Of(sent.Where(_ => _random.Next(5) == 0).ToList()), Actor.Application, cancellationToken: Cancelled);
                break;
            case 4 when sent.Count > 0:
                await _chat.Room(room).Reactions.AddAsync(some, "bob", "👍", Cancelled).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
            case 5 when !ThreadId.TryParse(room, out _) && sent.Count > 0:
                try
                {
                    var thread = _chat.Room(room).Thread(some);
                    (_sent.TryGetValue(thread.Id, out var replies) ? replies : _sent[thread.Id] = []).Add((await thread.SendAsync("alice", NewText(), Cancelled)).Id);
                }
                catch (ChatParentNotFoundException)
                {
                    // It was deleted.
                }

                break;
            case 6:
                {
                    await using var writer = await _chat.Room(room).BeginAsync(new NewMessage("bot", "every "), null, Cancelled);
                    await writer.AppendAsync(NewText()["every ".Length..], Cancelled);
                    if (_random.Next(3) > 0)
                    {
                        sent.Add((await writer.CompleteAsync(Cancelled)).Id);
                    }

                    break;
                }

            case 7 when _random.Next(6) == 0:
                await _chat.Rooms.DeleteAsync(room, Actor.Application, cancellationToken: Cancelled);
                sent.Clear();
                foreach (var thread in _sent.Keys.Where(key => key.StartsWith(room + '\u001f', StringComparison.Ordinal)).ToList())
                {
                    _sent[thread].Clear();
                }

                break;
            default:
                sent.AddRange((await _chat.SendManyAsync(
                    room, [.. Enumerable.Range(0, _random.Next(1, 6)).Select(_ => new NewMessage($"user{_random.Next(3)}", NewText()))], Cancelled)).Select(receipt => receipt.Id));
                break;
        }
    }
}
