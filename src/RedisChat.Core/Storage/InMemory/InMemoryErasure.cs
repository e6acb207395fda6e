using System.Globalization;

namespace RedisChat;

/// <summary>The event of an erasure, and what a reader that catches up gets of it.</summary>
internal sealed class InMemoryErasure(InMemoryRoom room) : IInMemoryFeature
{
    public void Report(IReadOnlyList<long> messageIds) => room.Changed(
        this, new InMemorySubject(0, string.Join(',', messageIds.Select(id => id.ToString(CultureInfo.InvariantCulture)))), position => new RoomEvent.UserErased(messageIds, position));

    MessagePage IInMemoryFeature.AddTo(MessagePage page, string? reader) => page;

    RoomEvent IInMemoryFeature.StateOf(InMemorySubject subject, RoomPosition position, long revision) =>
        new RoomEvent.UserErased([.. subject.Name!.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(id => long.Parse(id, CultureInfo.InvariantCulture))], position);

    RoomEvent? IInMemoryFeature.StateOfNew(long messageId, RoomPosition position) => null;

    void IInMemoryFeature.Remove(long messageId)
    {
    }
}
