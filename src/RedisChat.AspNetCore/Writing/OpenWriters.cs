namespace RedisChat.AspNetCore;

/// <summary>Counts the messages that each user writes part by part through this node. Thread-safe.</summary>
internal sealed class OpenWriters(int most)
{
    private readonly Dictionary<string, int> _ofUser = new(StringComparer.Ordinal);

    /// <summary>Adds a message of a user, until the result is disposed.</summary>
    /// <exception cref="ChatProblemException">The user is writing too many.</exception>
    public IDisposable Add(string user)
    {
        lock (_ofUser)
        {
            var count = _ofUser.GetValueOrDefault(user);
            if (count >= most)
            {
                throw new ChatProblemException(new ChatProblem(429, ProblemCodes.TooMany, "The user is writing too many messages at a time. Complete some.") { Reason = "writers", RetryAfter = 5 });
            }

            _ofUser[user] = count + 1;
        }

        return new Entry(this, user);
    }

    private void Remove(string user)
    {
        lock (_ofUser)
        {
            if (--_ofUser[user] == 0)
            {
                _ofUser.Remove(user);
            }
        }
    }

    private sealed class Entry(OpenWriters writers, string user) : IDisposable
    {
        public void Dispose() => writers.Remove(user);
    }
}
