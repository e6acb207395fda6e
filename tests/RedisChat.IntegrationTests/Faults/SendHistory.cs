using RedisChat.Faults;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>The outcome of each message that a sender tried to send.</summary>
internal sealed class SendHistory
{
    private readonly Dictionary<string, SentMessage> _messages = [];
    private readonly List<SendBegan> _batches = [];

    public SendHistory(IReadOnlyList<HistoryEvent> events)
    {
        var attempts = new Dictionary<int, SendBegan>();
        foreach (var happened in events)
        {
            switch (happened)
            {
                case SendBegan began:
                    attempts.Add(began.Attempt, began);
                    Begin(began);
                    break;
                case SendAcknowledged acknowledged:
                    foreach (var (name, receipt) in attempts[acknowledged.Attempt].Names.Zip(acknowledged.Receipts))
                    {
                        _messages[name].Acknowledge(receipt, happened.Tick);
                    }

                    break;
                case SendFailed { MayHaveHappened: false } failed:
                    foreach (var name in attempts[failed.Attempt].Names)
                    {
                        _messages[name].Refuse();
                    }

                    break;
            }
        }
    }

    /// <summary>All messages by name.</summary>
    public IReadOnlyDictionary<string, SentMessage> Messages => _messages;

    /// <summary>The attempts that sent several messages together.</summary>
    public IReadOnlyList<SendBegan> Batches => _batches;

    private void Begin(SendBegan began)
    {
        foreach (var name in began.Names)
        {
            _messages.TryAdd(name, new SentMessage(began.Room, began.User, began.Tick));
            _messages[name].Try();
        }

        if (began.Names.Count > 1)
        {
            _batches.Add(began);
        }
    }

    /// <summary>One message, over all attempts to send it.</summary>
    internal sealed class SentMessage(string room, string user, long began)
    {
        private readonly List<Receipt> _receipts = [];
        private int _open;

        public string Room => room;

        public string User => user;

        /// <summary>The time of the first attempt.</summary>
        public long Began => began;

        /// <summary>The time of the first acknowledgement.</summary>
        public long Answered { get; private set; } = long.MaxValue;

        public IReadOnlyList<Receipt> Receipts => _receipts;

        public bool IsAcknowledged => _receipts.Count > 0;

        /// <summary>Whether the outcome of an attempt is unknown.</summary>
        public bool MayHaveHappened => _open > 0;

        public void Try() => _open++;

        public void Refuse() => _open--;

        public void Acknowledge(Receipt receipt, long tick)
        {
            _open--;
            _receipts.Add(receipt);
            Answered = Math.Min(Answered, tick);
        }
    }
}
