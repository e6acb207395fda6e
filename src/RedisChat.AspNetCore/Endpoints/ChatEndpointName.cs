namespace RedisChat.AspNetCore;

/// <summary>Metadata: an endpoint's name among those of one chat. It is completed when the group is built, because an application may have several chats.</summary>
internal sealed record ChatEndpointName(string Name);
