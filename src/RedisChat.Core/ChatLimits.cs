namespace RedisChat;

/// <summary>Limits that cannot be configured.</summary>
public static class ChatLimits
{
    /// <summary>The longest id of a room or user, and the longest idempotency key, in bytes of UTF-8.</summary>
    public const int MaxIdBytes = 128;

    /// <summary>The longest reason of a deletion, in bytes of UTF-8.</summary>
    public const int MaxReasonBytes = 256;

    /// <summary>The longest name of a room, in bytes of UTF-8.</summary>
    public const int MaxRoomNameBytes = 128;

    /// <summary>The longest topic of a room, in bytes of UTF-8.</summary>
    public const int MaxTopicBytes = 1024;

    /// <summary>The largest page, in messages.</summary>
    public const int MaxPageSize = 1000;

    /// <summary>The most messages in one <see cref="Chat.SendManyAsync(string, IReadOnlyList{NewMessage}, CancellationToken)"/>.</summary>
    public const int MaxBatchSize = 128;

    /// <summary>The most messages that are deleted in one step: see <see cref="ChatRoom.DeleteManyAsync"/>.</summary>
    public const int MaxDeletedAtOnce = 500;

    /// <summary>The most pinned messages of a room: a list of pins is shown as a whole, so it must stay one page.</summary>
    public const int MaxPins = 50;

    /// <summary>The most earlier versions of a message that can be kept: see <see cref="ChatOptions.KeptVersions"/>.</summary>
    public const int MaxKeptVersions = 100;

    /// <summary>The most messages that a user can have scheduled in one room: see <see cref="RoomSchedule"/>.</summary>
    public const int MaxScheduledMessages = 100;

    /// <summary>The greatest number of unread messages that is counted: above, <see cref="UnreadCount"/> says "99+".</summary>
    public const int MaxUnread = 99;

    /// <summary>The most mentions of a message: see <see cref="NewMessage.Mentions"/>.</summary>
    public const int MaxMentions = 50;

    /// <summary>The most attachments of a message: see <see cref="NewMessage.Attachments"/>.</summary>
    public const int MaxAttachments = 10;

    /// <summary>The longest name of an attachment, in bytes of UTF-8.</summary>
    public const int MaxAttachmentNameBytes = 255;

    /// <summary>The longest address of an attachment or of its thumbnail, in bytes of UTF-8.</summary>
    public const int MaxAttachmentAddressBytes = 1024;

    /// <summary>The longest text of an attachment's preview, in bytes of UTF-8.</summary>
    public const int MaxAttachmentTextBytes = 1024;

    /// <summary>The longest media type of an attachment, in bytes.</summary>
    public const int MaxMediaTypeBytes = 127;

    /// <summary>The most link previews of a message: see <see cref="Message.Previews"/>.</summary>
    public const int MaxLinkPreviews = 5;

    /// <summary>The longest link that can have a preview, and the longest address of a preview's image, in bytes of UTF-8.</summary>
    public const int MaxLinkBytes = 2048;

    /// <summary>The longest title, and the longest name of a site, of a link preview, in bytes of UTF-8.</summary>
    public const int MaxPreviewTitleBytes = 512;

    /// <summary>The longest description of a link preview, in bytes of UTF-8.</summary>
    public const int MaxPreviewTextBytes = 2048;

    /// <summary>The most drafts of a user: see <see cref="UserDrafts"/>.</summary>
    public const int MaxDrafts = 1000;

    /// <summary>The longest text to search for, in bytes of UTF-8: see <see cref="MessageSearch.Text"/>.</summary>
    public const int MaxSearchBytes = 256;

    /// <summary>The most rooms that a search can name: see <see cref="MessageSearch.Rooms"/>.</summary>
    public const int MaxSearchedRooms = 100;

    /// <summary>
    /// The last message id of a room: 9,000,000,000,000,000, which is below 2^53, the limit up to which the scripts' numbers are exact.
    /// </summary>
    public const long MaxMessageId = 9_000_000_000_000_000;

    /// <summary>How many of the users who replied in a thread its summary names: <see cref="ThreadSummary.Participants"/>.</summary>
    public const int MaxThreadParticipants = 5;

    /// <summary>The shortest time after which a message can expire.</summary>
    public static readonly TimeSpan MinMessageLife = TimeSpan.FromSeconds(1);

    /// <summary>The longest time after which a message can expire.</summary>
    public static readonly TimeSpan MaxMessageLife = TimeSpan.FromDays(3660);
}
