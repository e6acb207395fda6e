using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Writes what was read of a scope.</summary>
internal sealed class ScopeLines(TransferCalls calls, ExportWriter writer)
{
    private readonly KeyNames _keys = calls.Keys;

    /// <summary>Writes a field of a hash.</summary>
    /// <param name="part">Which hash.</param>
    /// <param name="name">The field.</param>
    /// <param name="user">The user that belongs to it, if there is one.</param>
    /// <param name="value">Its value.</param>
    /// <param name="last">The last message of the position.</param>
    public void WriteField(TransferPart part, string name, string? user, RedisValue value, long last)
    {
        var bytes = ((ReadOnlyMemory<byte>)value).Span;
        if (part == TransferParts.Markers)
        {
            // Markers have no revision, so one may be ahead of the position.
            bytes = Clamp((byte[])value!, last);
        }

        if (part.HasIds && StrictNumber.TryRead(name, out var id))
        {
            writer.Lines.Fact(part.Fact, id, bytes, part.IsJson);
        }
        else
        {
            writer.Lines.Fact(part.Fact, name, user, bytes, part.IsJson);
        }

        writer.Flush();
    }

    /// <summary>Writes the messages of a bucket up to one, with what belongs to them.</summary>
    public void WriteBucket(ReadBucket bucket, long last)
    {
        if (bucket.Unreadable is { } content)
        {
            writer.Lines.Fact("sealed", bucket.Number, content, isJson: true);
        }

        foreach (var (id, value) in bucket.Messages)
        {
            if (id <= last)
            {
                writer.Lines.Fact(TransferParts.Messages.Fact, id, bucket.Stored(id, value).Span, isJson: true);
            }
        }

        foreach (var (part, groups) in bucket.Features)
        {
            foreach (var (id, fields) in groups)
            {
                if (id <= last)
                {
                    writer.Lines.Group(part.Fact, id, fields, part.IsJson);
                }
            }
        }

        writer.Flush();
    }

    /// <summary>Writes what is being written, of all messages or of some.</summary>
    public async Task WriteWritingAsync(TransferScope scope, IReadOnlySet<long>? ids, CancellationToken cancellationToken)
    {
        var fields = await calls.ReadAsync(database => database.HashGetAllAsync(_keys.Writing(scope.Id), CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
        var foreign = 0;
        var groups = ReadBucket.Group(fields, -1, ref foreign);
        foreach (var (id, parts) in groups.Where(group => ids?.Contains(group.Key) != false))
        {
            writer.Lines.Group(TransferParts.Writing.Fact, id, parts, isJson: false);
        }

        foreach (var id in ids?.Where(id => !groups.ContainsKey(id)) ?? [])
        {
            writer.Lines.Gone(TransferParts.Writing.Fact, id);
        }
    }

    private static byte[] Clamp(byte[] marker, long last)
    {
        var end = marker.AsSpan().IndexOf((byte)' ');
        return end > 0 && StrictNumber.TryRead(marker.AsSpan(0, end), out var id) && id > last
            ? [.. System.Text.Encoding.ASCII.GetBytes(last.ToString(CultureInfo.InvariantCulture)), .. marker.AsSpan(end)]
            : marker;
    }
}
