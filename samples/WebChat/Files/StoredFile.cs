namespace RedisChat.WebChat.Files;

/// <summary>A file that was uploaded.</summary>
/// <param name="Id">Its id: 32 hex digits.</param>
/// <param name="Room">The room that it was uploaded to.</param>
/// <param name="User">Who uploaded it.</param>
/// <param name="Name">Its name on the user's machine. Never part of a path.</param>
/// <param name="Kind">The kind of the attachment.</param>
/// <param name="MediaType">What its content is.</param>
/// <param name="Size">Its size, in bytes.</param>
internal sealed record StoredFile(string Id, string Room, string User, string Name, string Kind, string MediaType, long Size)
{
    /// <summary>The address of the attachment: relative, so it works on every node.</summary>
    public string Address => FileAddress.Of(Room, Id);

    /// <summary>Whether an attachment says of the file what is true.</summary>
    public bool IsThat(Attachment attachment) => attachment.Kind == Kind && attachment.Name == Name && attachment.MediaType == MediaType && attachment.Size == Size;
}
