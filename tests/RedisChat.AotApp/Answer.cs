using RedisChat;

/// <summary>What an application may answer, with the library's types in its own.</summary>
internal sealed record Answer(MessagePage Page, IReadOnlyList<RoomEvent> Events, MessageQuery Query, MessageReceipt Receipt);
