using System.Collections.Concurrent;

namespace RedisChat.Redis;

/// <summary>
/// Reads messages in progress for those who look at them. Whoever finds that a lease has run out ends the writing: readers of the message, and a probe of
/// each watched room in which something is being written.
/// </summary>
internal sealed class UnfinishedMessages(RedisStoreContext context, RedisWriting writing, MessageFinder messages) : IUnfinishedMessages, IProbedFeature, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, byte> _probing = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _ending = new();

    public char Letter => WritingKeys.Letter;

    public async Task<IReadOnlyDictionary<long, Message>> ReadAsync(string room, IReadOnlyList<Message> found, CancellationToken cancellationToken, bool isPage = false)
    {
        var (time, texts) = await context.Calls.RunAsync(
            (Context: context, Room: room, Ids: found.Select(message => message.Id).ToList(), IsPage: isPage),
            static async (database, call, token) => await WritingCall.ReadAsync(call.Context, database, call.Room, call.Ids, token, call.IsPage).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
        var now = new Dictionary<long, Message>(found.Count);
        foreach (var message in found)
        {
            var isHere = texts.TryGetValue(message.Id, out var soFar) && soFar.State.Writer == message.Lease!.Writer;
            now[message.Id] = isHere && soFar.State.LeaseEnd > time
                ? message with { Text = message.Text + soFar.Text }
                : await ReadAgainAsync(room, message, isHere ? soFar.Text : null, time, cancellationToken).ConfigureAwait(false);
        }

        return now;
    }

    /// <summary>The text so far of a message, and its writer; <see langword="null"/> if the message is not in progress.</summary>
    public async Task<(string Writer, string Text)?> ReadSoFarAsync(string room, long messageId)
    {
        using var patience = new Deadline(Patience, context.Time, _ending.Token);
        if (await GetAsync(room, messageId, patience.Token).ConfigureAwait(false) is not { Writing: WritingState.InProgress } message)
        {
            return null;
        }

        var now = await ReadAsync(room, [message], patience.Token).ConfigureAwait(false);
        return now[messageId] is { Lease: { } lease } present ? (lease.Writer, present.Text) : null;
    }

    public void Probed(string room)
    {
        if (!_ending.IsCancellationRequested && _probing.TryAdd(room, 0))
        {
            Background.Begin((Self: this, Room: room), static probe => _ = probe.Self.ProbeAsync(probe.Room));
        }
    }

    public async ValueTask DisposeAsync() => await _ending.CancelAsync().ConfigureAwait(false);

    private async Task ProbeAsync(string room)
    {
        try
        {
            using var patience = new Deadline(Patience, context.Time, _ending.Token);
            var expired = await context.Calls.RunAsync(
                (Context: context, Room: room),
                static async (database, call, token) => await WritingCall.ReadExpiredAsync(call.Context, database, call.Room, token).ConfigureAwait(false),
                patience.Token).ConfigureAwait(false);
            foreach (var id in expired)
            {
                await writing.EndExpiredAsync(room, id, patience.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            // The next probe tries again.
            ChatLog.EndOfWritingFailed(context.Logger, e);
        }
        finally
        {
            _probing.TryRemove(room, out _);
        }
    }

    /// <summary>Reads a message again that may have ended meanwhile: its lease has run out, or without a text so far, it has no state.</summary>
    private async Task<Message> ReadAgainAsync(string room, Message message, string? soFar, long time, CancellationToken cancellationToken)
    {
        try
        {
            var now = await GetAsync(room, message.Id, cancellationToken).ConfigureAwait(false);
            if (now is not { Writing: WritingState.InProgress })
            {
                // A deletion is reported as such.
                return now ?? message;
            }

            if (soFar is not null || RedisWriting.EndOfLease(now, null) <= time)
            {
                return await writing.EndExpiredAsync(room, message.Id, cancellationToken).ConfigureAwait(false) ?? message;
            }
        }
        catch (ChatException e)
        {
            // Whoever cannot write can still read.
            ChatLog.EndOfWritingFailed(context.Logger, e);
        }

        return message with { Text = message.Text + soFar };
    }

    private ValueTask<Message?> GetAsync(string room, long messageId, CancellationToken cancellationToken) =>
        messages.GetAsync(room, messageId, cancellationToken);
}
