using System.Runtime.InteropServices;

namespace RedisChat;

/// <summary>A message that an <see cref="IMessageIndex"/> has found, as it was when it was indexed.</summary>
/// <param name="Room">The room's id; of a thread, <see cref="ThreadId.RoomId"/>.</param>
/// <param name="MessageId">The message's id.</param>
/// <param name="Place">The place in the order of all messages in the index, at least 1: unique, and greater for a later message.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct IndexHit(string Room, long MessageId, long Place);
