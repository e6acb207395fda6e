using StackExchange.Redis;

namespace RedisChat.Redis;

/// <content>Members, read markers, and what is stored of single messages.</content>
internal sealed partial class RoomCheck
{
    private async Task CheckMembersAsync(ScopeState state, CancellationToken cancellationToken)
    {
        var (members, owners) = (0L, 0L);
        var seen = new HashSet<RedisValue>();
        await foreach (var entry in calls.FieldsAsync(_keys.Members(scope.Id), cancellationToken).ConfigureAwait(false))
        {
            // A scan may return a member twice.
            if (!seen.Add(entry.Name))
            {
                continue;
            }

            if (!MemberText.TryRead(entry.Name!, entry.Value, out var member, out _))
            {
                _problems.Add(new RoomProblem("member", $"The entry of user {entry.Name} among the members cannot be read."));
                continue;
            }

            members += member.Role is null ? 0 : 1;
            owners += member.Role == "owner" ? 1 : 0;
        }

        foreach (var (field, count) in new[] { ("members", members), ("owners", owners) })
        {
            if (state.Number(field) != count)
            {
                _problems.Add(new RoomProblem("members", $"The field {field} is {state.Number(field)}, and there are {count}.", batch => batch.Set(_keys.Room(scope.Id), field, count)));
            }
        }
    }

    private async Task CheckMarkersAsync(ScopeState state, CancellationToken cancellationToken)
    {
        await foreach (var entry in calls.FieldsAsync(_keys.Read(scope.Id), cancellationToken).ConfigureAwait(false))
        {
            if (!MarkerText.TryRead(entry.Name!, entry.Value!, long.MaxValue, out var marker))
            {
                _problems.Add(new RoomProblem("marker", $"The read marker of user {entry.Name} cannot be read."));
            }
            else if (marker.MessageId > state.Last)
            {
                var (user, time) = (entry.Name, ((string)entry.Value!).Split(' ')[1]);
                _problems.Add(new RoomProblem("marker", $"The read marker of user {user} is at {marker.MessageId}, and the last message is {state.Last}.", batch => batch.Set(_keys.Read(scope.Id), user, $"{state.Last} {time}")));
            }
        }
    }

    private async Task CheckByMessageAsync(RoomMessages messages, CancellationToken cancellationToken)
    {
        await foreach (var entry in calls.FieldsAsync(_keys.Pins(scope.Id), cancellationToken).ConfigureAwait(false))
        {
            messages.Letter.Add(PinKeys.Letter);
            if (!StrictNumber.TryRead((string?)entry.Name, out var id) || !messages.Has(id))
            {
                var field = entry.Name;
                _problems.Add(new RoomProblem("orphan", $"Message {field} is pinned, but does not exist.", batch => batch.Delete(_keys.Pins(scope.Id), field)));
            }
        }

        var foreign = 0;
        var written = ReadBucket.Group(await calls.ReadAsync(database => database.HashGetAllAsync(_keys.Writing(scope.Id), CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false), -1, ref foreign);
        foreach (var (id, fields) in written)
        {
            messages.Letter.Add(WritingKeys.Letter);
            if (!messages.IsInProgress(id))
            {
                _problems.Add(new RoomProblem("orphan", $"There are parts of message {id}, which is not being written.", batch => fields.ForEach(field => batch.Delete(_keys.Writing(scope.Id), TransferFields.GroupField(id, field.Name)))));
            }
        }
    }

    private async Task CheckThreadsAsync(RoomMessages messages, CancellationToken cancellationToken)
    {
        if (scope.IsThread)
        {
            return;
        }

        await foreach (var entry in calls.FieldsAsync(_keys.Threads(scope.Id), cancellationToken).ConfigureAwait(false))
        {
            messages.Letter.Add(ThreadText.Letter);
            if (!StrictNumber.TryRead((string?)entry.Name, out var id))
            {
                _problems.Add(new RoomProblem("foreign", "The summaries of threads have a field that is not a message."));
                continue;
            }

            var value = ((ReadOnlyMemory<byte>)entry.Value).ToArray();
            if (!messages.Has(id))
            {
                if (!ThreadText.IsClosed(value))
                {
                    _problems.Add(new RoomProblem("thread", $"Message {id} does not exist, but its thread is open.", batch => batch.Set(_keys.Threads(scope.Id), id, ThreadText.Closed)));
                }

                continue;
            }

            if (ThreadText.IsClosed(value) || !ThreadText.TryRead(value, out var summary, out var revision))
            {
                _problems.Add(new RoomProblem("thread", $"The summary of the thread of message {id} cannot be read, or says that the message was deleted."));
                continue;
            }

            var right = await ThreadSummaries.ReadAsync(calls, scope.Id, id, revision, cancellationToken).ConfigureAwait(false);
            if (right is { } text && text.Summary != (summary.Count, summary.LastReplyId))
            {
                _problems.Add(new RoomProblem("thread", $"The summary of the thread of message {id} says {summary.Count} replies, and there are {text.Summary.Count}.", batch => batch.Set(_keys.Threads(scope.Id), id, text.Value)));
            }
        }
    }
}
