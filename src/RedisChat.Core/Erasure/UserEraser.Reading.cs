namespace RedisChat;

/// <content>The dry run and the proof, which change nothing.</content>
internal sealed partial class UserEraser
{
    private async Task<ErasureReport> CountAsync(CancellationToken cancellationToken)
    {
        await UserScan.ForEachAsync(_erasures, runner, Check, user, CountAsync, cancellationToken, restart: Restart).ConfigureAwait(false);
        return new ErasureReport { Rooms = _found.Count, Messages = _messages, Passes = 1 };

        void Restart()
        {
            _found.Clear();
            _messages = 0;
        }

        async ValueTask CountAsync(FoundRoom room, CancellationToken token)
        {
            string? cursor = null;
            do
            {
                var step = await runner.RunAsync(
                    Check, NameOf(room), (Store: _erasures, User: user, Room: room, Cursor: cursor),
                    static (call, attempt) => call.Store.ReadRecordsAsync(call.User, call.Room, call.Cursor, attempt), token).ConfigureAwait(false);
                cursor = step.Cursor;
                if (step.Records.Count > 0 && !UserScope.TryGetUser(room.Room, out _))
                {
                    lock (_gate)
                    {
                        _found.Add(room.Room);
                        _messages += step.Records.Sum(record => record.Messages);
                    }
                }
            }
            while (cursor is not null);
        }
    }

    private async Task<ErasureFindings> SearchAsync(CancellationToken cancellationToken)
    {
        const int Most = 1000;
        var (searched, remaining, others) = (0L, new HashSet<ErasureTrace>(), new HashSet<ErasureTrace>());
        await UserScan.ForEachAsync(_erasures, runner, Prove, user: null, SearchAsync, cancellationToken, restart: Restart).ConfigureAwait(false);
        return new ErasureFindings
        {
            Searched = searched,
            Remaining = [.. remaining.OrderBy(trace => trace.Key, StringComparer.Ordinal)],
            TextOfOthers = [.. others.OrderBy(trace => trace.Key, StringComparer.Ordinal)],
        };

        void Restart()
        {
            searched = 0;
            remaining.Clear();
            others.Clear();
        }

        async ValueTask SearchAsync(FoundRoom room, CancellationToken token)
        {
            string? cursor = null;
            do
            {
                var step = await runner.RunAsync(
                    Prove, NameOf(room), (Store: _erasures, User: user, Room: room, Cursor: cursor),
                    static (call, attempt) => call.Store.SearchAsync(call.User, call.Room, call.Cursor, attempt), token).ConfigureAwait(false);
                cursor = step.Cursor;
                lock (_gate)
                {
                    searched += step.Findings.Searched;
                    Add(remaining, step.Findings.Remaining);
                    Add(others, step.Findings.TextOfOthers);
                }
            }
            while (cursor is not null);
        }

        static void Add(HashSet<ErasureTrace> all, IReadOnlyList<ErasureTrace> some)
        {
            foreach (var trace in some)
            {
                if (all.Count < Most)
                {
                    all.Add(trace);
                }
            }
        }
    }
}
