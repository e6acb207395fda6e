using RedisChat.Benchmarks.Ratios;
using RedisChat.Benchmarks.Web.Clients;

namespace RedisChat.Benchmarks.Web.Nodes;

/// <summary>A way to get messages to clients over the web: a node in a process of its own that serves them, and a sender in this one, as if it were another node.</summary>
internal abstract class WebTarget(RunContext run, NodeProcess node) : IAsyncDisposable
{
    public abstract string Name { get; }

    public RunContext Run => run;

    public NodeProcess Node => node;

    /// <summary>The framing that a client takes off, and the records in it.</summary>
    /// <param name="receive">Called for each record.</param>
    public abstract Framing NewFraming(Records.Receive receive);

    /// <summary>What a client sends to open its rooms.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="rooms">The rooms' ids.</param>
    public abstract Opening Open(string user, IReadOnlyList<string> rooms);

    /// <summary>Classifies a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="published">When the message was published, in µs since 1970.</param>
    public abstract RecordKind Read(ReadOnlySpan<byte> record, out long published);

    /// <summary>Sends a message; the node has nothing to do with that.</summary>
    public abstract Task SendAsync(string room, string text);

    public virtual ValueTask DisposeAsync() => node.DisposeAsync();
}
