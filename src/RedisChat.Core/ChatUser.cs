namespace RedisChat;

/// <summary>A handle to what belongs to one user across rooms: see <see cref="Chat.User"/>. Cheap to create; thread-safe.</summary>
public sealed class ChatUser
{
    private readonly Chat _chat;

    internal ChatUser(Chat chat, string id)
    {
        _chat = chat;
        Id = id;
    }

    /// <summary>The user's id.</summary>
    public string Id { get; }

    /// <summary>The user's rooms, with what is new in them.</summary>
    public UserInbox Inbox => new(Id, _chat);

    /// <summary>What the user has begun to write in rooms, on all devices.</summary>
    public UserDrafts Drafts => new(Id, _chat);

    /// <summary>The data keys with which the user's drafts are encrypted: rotates and deletes them.</summary>
    public EncryptionKeys EncryptionKeys => new(UserScope.Of(Id), null, _chat.Store, _chat.Runner);

    /// <summary>Finds messages by their words, in all rooms that the user may read.</summary>
    public UserSearch Search => new(Id, _chat);
}
