using System.Collections.Concurrent;

namespace RedisChat.Conformance;

/// <summary>Records the notices of one room, and refuses the others: those belong to other tests on the same server.</summary>
internal sealed class AttachmentRecorder(string own) : IAttachmentStore
{
    private readonly ConcurrentQueue<ReleasedAttachment> _released = new();
    private readonly TaskCompletionSource _two = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How often to fail first.</summary>
    public int Failures { get; init; }

    /// <summary>What the addresses begin with that it always refuses.</summary>
    public string? Refused { get; init; }

    public int Failed { get; private set; }

    public IReadOnlyList<ReleasedAttachment> Released => [.. _released];

    public Task TwoAsync() => _two.Task;

    public ValueTask ReleasedAsync(IReadOnlyList<ReleasedAttachment> attachments, CancellationToken cancellationToken = default)
    {
        if (attachments.Any(attachment => attachment.Room != own && attachment.Room != new ThreadId(own, 1).RoomId))
        {
            throw new InvalidOperationException("It belongs to another test.");
        }

        if (Failed < Failures)
        {
            Failed++;
            throw new IOException("The disk is away.");
        }

        if (Refused is not null && attachments.Any(attachment => attachment.Attachment.Address.StartsWith(Refused, StringComparison.Ordinal)))
        {
            throw new IOException("The disk does not like it.");
        }

        foreach (var attachment in attachments)
        {
            _released.Enqueue(attachment);
        }

        if (_released.Count >= 2)
        {
            _two.TrySetResult();
        }

        return default;
    }
}
