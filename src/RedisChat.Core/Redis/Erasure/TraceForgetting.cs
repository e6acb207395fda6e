using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Removes what was found in one room and has no event.</summary>
/// <param name="keys">Names the keys.</param>
/// <param name="erasure">The erasure.</param>
/// <param name="user">The user.</param>
/// <param name="room">The room.</param>
internal sealed class TraceForgetting(KeyNames keys, UserErasure erasure, ErasedUser user, string room)
{
    /// <summary>Removes it; returns whether there was anything.</summary>
    /// <param name="database">The database.</param>
    /// <param name="traces">What was found.</param>
    /// <param name="entry">An entry of the change log that names the user, if there is one.</param>
    /// <param name="isWithMessages">Whether the user's messages are dealt with, so that their list is no longer needed.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<bool> RunAsync(IDatabase database, IReadOnlyList<UserTrace> traces, string? entry, bool isWithMessages, CancellationToken cancellationToken)
    {
        var forgetting = new ErasureForgetting(keys.Room(room));
        var alias = erasure.Mode == ErasureMode.Anonymize ? erasure.Alias : null;
        if (isWithMessages && alias is null)
        {
            forgetting.Drop(keys.Author(room, user.Id));
        }
        else if (isWithMessages)
        {
            forgetting.Move(keys.Author(room, user.Id), keys.Author(room, alias!));
        }

        foreach (var traced in traces.GroupBy(trace => (trace.Kind, trace.Key)))
        {
            var (kind, key) = traced.Key;
            RedisValue[] fields = [.. traced.Select(trace => trace.Field)];
            switch (kind)
            {
                case UserPlaces.ScheduledByUser:
                    forgetting.Drop(key);
                    break;
                case UserPlaces.Field or UserPlaces.Sent:
                    forgetting.Fields(key, fields);
                    break;
                case UserPlaces.Values:
                    foreach (var trace in traced)
                    {
                        ForgetValue(forgetting, trace, user, alias);
                    }

                    break;
                case UserPlaces.Mentions when alias is null:
                    forgetting.Leave(key, fields);
                    break;
                case UserPlaces.Mentions:
                    foreach (var member in fields.Select(field => (string)field!))
                    {
                        forgetting.Rename(key, member, member[..^user.Id.Length] + alias);
                    }

                    break;
                case UserPlaces.Here:
                    forgetting.Absent(key, keys.HereProcesses(room), keys.Here(room), user.Id, [.. fields.Select(field => (RedisValue)((string)field!)[(user.Id.Length + 1)..])]);
                    break;
                case UserPlaces.Log:
                    foreach (var member in fields.Select(field => (string)field!))
                    {
                        RenameEntry(forgetting, key, member);
                    }

                    break;
            }
        }

        if (entry is not null)
        {
            RenameEntry(forgetting, keys.Changed(room), entry);
        }

        await forgetting.RunAsync(database, cancellationToken).ConfigureAwait(false);
        return !forgetting.IsEmpty;

        void RenameEntry(ErasureForgetting steps, string key, string member)
        {
            if (ErasureLog.Without(member, user, erasure.Alias) is var other && other != member)
            {
                steps.Rename(key, member, other);
            }
        }
    }

    /// <summary>An earlier version of a message, or what somebody else has scheduled.</summary>
    private static void ForgetValue(ErasureForgetting forgetting, UserTrace trace, ErasedUser user, string? alias)
    {
        var (author, _) = ErasureJson.Names(((ReadOnlyMemory<byte>)trace.Value).Span, user.Id);
        if (author == user.Id && alias is null)
        {
            forgetting.Swap(trace.Key, trace.Field, trace.Value, RedisValue.EmptyString);
        }
        else if (ErasureJson.Without(((ReadOnlyMemory<byte>)trace.Value).Span, user.Id, alias) is { } value)
        {
            forgetting.Swap(trace.Key, trace.Field, trace.Value, value);
        }
    }
}
