using System.Buffers.Text;
using RedisChat.Benchmarks.Ratios;

namespace RedisChat.Benchmarks.Web.Nodes;

/// <summary>Ours, over one of its transports.</summary>
internal abstract class ChatTarget : WebTarget
{
    private readonly RedisMessageStore _store;

    protected ChatTarget(RunContext run, NodeProcess node)
        : base(run, node)
    {
        _store = run.NewStore();
        Sender = new Chat(_store);
    }

    /// <summary>The sending process's chat.</summary>
    public Chat Sender { get; }

    // The third part of the position is the message's timestamp, taken as the script that stores and publishes it begins.
    public override RecordKind Read(ReadOnlySpan<byte> record, out long published)
    {
        if (record.IndexOf("\"kind\":\"created\""u8) >= 0)
        {
            var position = record[(record.LastIndexOf("\"position\":\""u8) + "\"position\":\""u8.Length)..];
            var stamp = position[(position.IndexOf((byte)'.') + 1)..];
            stamp = stamp[(stamp.IndexOf((byte)'.') + 1)..];
            return Utf8Parser.TryParse(stamp, out published, out _) ? RecordKind.Message : RecordKind.Failure;
        }

        published = 0;
        return record.IndexOf("\"kind\":\"caughtUp\""u8) >= 0 ? RecordKind.RoomIsOpen : IsFailure(record) ? RecordKind.Failure : RecordKind.Other;
    }

    public override Task SendAsync(string room, string text) => Sender.SendAsync(room, "alice", text, Run.Ending);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _store.DisposeAsync();
    }

    /// <summary>Whether the transport reports a failure.</summary>
    protected abstract bool HasFailed(ReadOnlySpan<byte> record);

    private bool IsFailure(ReadOnlySpan<byte> record) => record.IndexOf("\"kind\":\"gap\""u8) >= 0 || HasFailed(record);
}
