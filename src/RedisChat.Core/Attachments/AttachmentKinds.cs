namespace RedisChat;

/// <summary>The usual kinds of an <see cref="Attachment"/>. Applications may use words of their own.</summary>
public static class AttachmentKinds
{
    /// <summary>A picture.</summary>
    public const string Image = "image";

    /// <summary>A moving picture.</summary>
    public const string Video = "video";

    /// <summary>A recording.</summary>
    public const string Audio = "audio";

    /// <summary>Any other file.</summary>
    public const string File = "file";
}
