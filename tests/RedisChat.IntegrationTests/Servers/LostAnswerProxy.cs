using System.Net;

namespace RedisChat.IntegrationTests;

/// <summary>
/// A proxy in front of a server that loses answers: it passes a command, lets the server run it, and cuts the connection in place of the answer. The answers to
/// earlier commands get through. New connections work.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="keyPrefix">Only commands that name a key with this prefix count, and <c>SCAN</c>.</param>
internal sealed class LostAnswerProxy(EndPoint server, string keyPrefix) : CommandProxy<LostAnswerProxy.Line>(server)
{
    private Func<int, bool>? _loses;
    private int _commands;
    private int _lost;

    internal sealed class Line : ProxyLine
    {
        /// <summary>How many answers there are to the commands that were passed.</summary>
        public int Answers { get; set; }

        /// <summary>How many answers get through, if one is to be lost.</summary>
        public int? Last { get; set; }
    }

    /// <summary>How many commands have counted since <see cref="Lose"/>.</summary>
    public int Commands
    {
        get
        {
            lock (Gate)
            {
                return _commands;
            }
        }
    }

    /// <summary>How many answers were lost.</summary>
    public int Lost
    {
        get
        {
            lock (Gate)
            {
                return _lost;
            }
        }
    }

    /// <summary>From now on, loses the answers of some commands.</summary>
    /// <param name="which">Says whether to lose the answer of a command: they are numbered from 0.</param>
    public void Lose(Func<int, bool> which)
    {
        lock (Gate)
        {
            (_loses, _commands) = (which, 0);
        }
    }

    protected override ValueTask<bool> PassesAsync(Line line, RespMessage command)
    {
        lock (Gate)
        {
            if (line.Last is not null)
            {
                return new(false);
            }

            if (_loses is not null && (command.Words[0] == "SCAN" || command.Names(keyPrefix)) && _loses(_commands++))
            {
                line.Last = line.Answers;
                _lost++;
            }

            // A subscription is confirmed for each channel.
            line.Answers += command.Words[0].EndsWith("SUBSCRIBE", StringComparison.Ordinal) ? Math.Max(1, command.Words.Count - 1) : 1;
            return new(true);
        }
    }

    protected override async Task PassAnswersAsync(Line line)
    {
        var answers = 0;
        await foreach (var message in RespMessage.ReadAllAsync(line.Server, End))
        {
            if (IsAnswer(message) && IsLost(line, answers++))
            {
                return;
            }

            await line.Client.WriteAsync(message.Bytes, End);
        }
    }

    private bool IsLost(Line line, int answer)
    {
        lock (Gate)
        {
            return line.Last == answer;
        }
    }

    /// <summary>Whether it answers a command, rather than being an event of a subscription.</summary>
    private static bool IsAnswer(RespMessage message) => message switch
    {
        { Type: '>' } => message.Words[0].EndsWith("subscribe", StringComparison.Ordinal),
        { Type: '*' } => message.Words is not ["message" or "pmessage" or "smessage", ..],
        _ => true,
    };
}
