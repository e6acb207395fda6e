namespace RedisChat;

/// <summary>The names of the operations in errors, logs and telemetry.</summary>
public static class ChatOperations
{
    /// <summary>Sending messages.</summary>
    public const string Send = "send";

    /// <summary>Reading a page of messages, or one message.</summary>
    public const string Receive = "receive";

    /// <summary>Editing a message.</summary>
    public const string Edit = "edit";

    /// <summary>Deleting a message.</summary>
    public const string Delete = "delete";

    /// <summary>Adding, removing or listing reactions.</summary>
    public const string React = "react";

    /// <summary>Pinning, unpinning or listing pinned messages.</summary>
    public const string Pin = "pin";

    /// <summary>Reading or listing members.</summary>
    public const string ReadMembers = "read members";

    /// <summary>Changing a member: joining, banning and the like.</summary>
    public const string ChangeMembers = "change members";

    /// <summary>Reading a room's rules.</summary>
    public const string ReadRules = "read rules";

    /// <summary>Changing a room's rules.</summary>
    public const string ChangeRules = "change rules";

    /// <summary>Reading an overview of rooms, or listing them.</summary>
    public const string ReadRooms = "read rooms";

    /// <summary>Creating a room, or changing its settings.</summary>
    public const string ChangeRooms = "change rooms";

    /// <summary>Deleting a room with everything in it.</summary>
    public const string DeleteRooms = "delete rooms";

    /// <summary>Running the filters on a message, before it is sent or edited.</summary>
    public const string Filter = "filter";

    /// <summary>Entering or leaving a room, listing who is present, or typing.</summary>
    public const string Presence = "presence";

    /// <summary>Reading or changing the list of a user's rooms.</summary>
    public const string Inbox = "inbox";

    /// <summary>Reading or changing a user's drafts.</summary>
    public const string Drafts = "drafts";

    /// <summary>Scheduling messages, and finding those that are due.</summary>
    public const string Schedule = "schedule";

    /// <summary>Ending what is watched for a user.</summary>
    public const string Revoke = "revoke";

    /// <summary>Erasing a user.</summary>
    public const string Erase = "erase";

    /// <summary>Exporting what is stored about a user.</summary>
    public const string Export = "export";

    /// <summary>Reading or listing read markers, or counting unread messages.</summary>
    public const string ReadMarkers = "read markers";

    /// <summary>Listing the messages that mention a user.</summary>
    public const string Mentions = "mentions";

    /// <summary>Searching for messages by their words.</summary>
    public const string Search = "search";

    /// <summary>Marking messages as read or unread.</summary>
    public const string MarkRead = "mark read";

    /// <summary>Writing a message part by part.</summary>
    public const string Write = "write";

    /// <summary>Writing the previews of the links in a message, or asking the application for them.</summary>
    public const string Preview = "preview";

    /// <summary>Sealing a bucket, in the background.</summary>
    public const string Seal = "seal";

    /// <summary>Moving old messages to the archive, in the background.</summary>
    public const string Archive = "archive";

    /// <summary>Rotating, wrapping again or deleting the keys with which messages are encrypted.</summary>
    public const string ChangeKeys = "change keys";

    /// <summary>Watching a room.</summary>
    public const string Watch = "watch";

    /// <summary>An application's processing of an event that a watcher received. Only traced, and only if the event's cause was.</summary>
    public const string Process = "process";

    /// <summary>Checking whether the store works.</summary>
    public const string Health = "health";

    /// <summary>Inspecting the configuration of the servers.</summary>
    public const string Inspect = "inspect";
}
