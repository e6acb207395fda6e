using RedisChat;

/// <summary>An application's response type that contains the library's types.</summary>
internal sealed record Answer(MessagePage Page, IReadOnlyList<RoomEvent> Events, MessageQuery Query, MessageReceipt Receipt);
