using Microsoft.Extensions.Logging;

namespace RedisChat;

/// <summary>All log messages of the library. Above Trace they contain no user's text, no password and no connection string.</summary>
internal static partial class ChatLog
{
    [LoggerMessage(1, LogLevel.Debug, "The {Operation} failed and will be retried in {DelayMs} ms (attempt {Attempt}).", EventName = "Retrying")]
    public static partial void Retrying(ILogger logger, string operation, double delayMs, int attempt, Exception error);

    [LoggerMessage(2, LogLevel.Warning, "Gave up the {Operation} after {Attempts} attempts within {TimeoutMs} ms.", EventName = "GaveUp")]
    public static partial void GaveUp(ILogger logger, string operation, int attempts, double timeoutMs, Exception? error);

    [LoggerMessage(3, LogLevel.Warning, "Left a stored value out of a page because it is not a message, or cannot be decrypted: key {Key}, field {Field}.", EventName = "UnreadableMessage")]
    public static partial void UnreadableMessage(ILogger logger, string key, string field);

    [LoggerMessage(4, LogLevel.Debug, "A watcher reads from the store. Cause: {Cause}.", EventName = "CatchingUp")]
    public static partial void CatchingUp(ILogger logger, CatchUpCause cause);

    [LoggerMessage(5, LogLevel.Warning, "The events of a room between {From} and {To} are unknown because its history was lost or trimmed. The watcher receives a gap and must reload the room.", EventName = "Gap")]
    public static partial void Gap(ILogger logger, RoomPosition from, RoomPosition to);

    [LoggerMessage(6, LogLevel.Debug, "A watcher waits for the store.", EventName = "WatcherWaits")]
    public static partial void WatcherWaits(ILogger logger, Exception error);

    [LoggerMessage(7, LogLevel.Warning, "The subscription to a room missed an event: it was at {Seen} while the room was at {Room}. The subscription is being replaced.", EventName = "SubscriptionDeaf")]
    public static partial void SubscriptionDeaf(ILogger logger, RoomPosition seen, RoomPosition room);

    [LoggerMessage(8, LogLevel.Debug, "The watched rooms could not be probed.", EventName = "ProbeFailed")]
    public static partial void ProbeFailed(ILogger logger, Exception error);

    [LoggerMessage(9, LogLevel.Warning, "A message on a live channel is not an event and was ignored. Another program may be publishing there.", EventName = "UnreadableEvent")]
    public static partial void UnreadableEvent(ILogger logger);

    [LoggerMessage(10, LogLevel.Debug, "Subscribing to a room, or unsubscribing from it, failed.", EventName = "SubscribingFailed")]
    public static partial void SubscribingFailed(ILogger logger, Exception error);

    [LoggerMessage(11, LogLevel.Warning, "A room has lost acknowledged history: message {Known} was known, but the room is at {Found}. Its watchers receive a gap.", EventName = "HistoryLost")]
    public static partial void HistoryLost(ILogger logger, long known, long found);

    [LoggerMessage(12, LogLevel.Warning, "The connection to Redis was stuck and has been replaced.", EventName = "ConnectionReplaced")]
    public static partial void ConnectionReplaced(ILogger logger);

    [LoggerMessage(13, LogLevel.Warning, "The check of the connection to Redis failed.", EventName = "LookingFailed")]
    public static partial void LookingFailed(ILogger logger, Exception error);

    [LoggerMessage(14, LogLevel.Warning, "A room's old messages could not be sealed and stay as they are. The next attempt follows after 128 more messages.", EventName = "SealingFailed")]
    public static partial void SealingFailed(ILogger logger, Exception error);

    [LoggerMessage(15, LogLevel.Warning, "A step of the health check failed: {Step}.", EventName = "HealthStepFailed")]
    public static partial void HealthStepFailed(ILogger logger, string step, Exception error);

    [LoggerMessage(16, LogLevel.Warning, "A read in the classic layout looked for the authors of messages in the hashes of {Users} users of the room in key {Key}. The layout does not store an author with a message, so old pages are slow in rooms with many users. The default layout does not have this cost. This is logged once.", EventName = "ManyUsersAsked")]
    public static partial void ManyUsersAsked(ILogger logger, int users, string key);

    [LoggerMessage(30, LogLevel.Debug, "A heartbeat of the presence in a room failed. The next one tries again.", EventName = "HeartbeatFailed")]
    public static partial void HeartbeatFailed(ILogger logger, Exception error);

    [LoggerMessage(31, LogLevel.Debug, "The store no longer knew the presence of this process in a room: it did not get heartbeats in time, or lost data. The users enter again.", EventName = "PresenceLost")]
    public static partial void PresenceLost(ILogger logger);

    [LoggerMessage(32, LogLevel.Debug, "The users of processes that are gone could not be removed from a room. The next attempt follows.", EventName = "RemovalFailed")]
    public static partial void RemovalFailed(ILogger logger, Exception error);

    [LoggerMessage(58, LogLevel.Warning, "Scheduled messages that are due could not be sent. The next attempt follows.", EventName = "ScheduleFailed")]
    public static partial void ScheduleFailed(ILogger logger, Exception error);

    [LoggerMessage(70, LogLevel.Warning, "The work that rooms need in the background failed. The next attempt follows.", EventName = "UpkeepFailed")]
    public static partial void UpkeepFailed(ILogger logger, Exception error);

    [LoggerMessage(73, LogLevel.Warning, "The work that a room needs in the background failed with {Error}. The next attempt follows.", EventName = "UpkeepStepFailed")]
    public static partial void UpkeepStepFailed(ILogger logger, string error);

    [LoggerMessage(74, LogLevel.Trace, "The exception of work in the background.", EventName = "UpkeepStepError")]
    public static partial void UpkeepStepError(ILogger logger, Exception error);

    [LoggerMessage(72, LogLevel.Debug, "A room that may need work in the background could not be noted. A later send or read tries again.", EventName = "UpkeepNotNoted")]
    public static partial void UpkeepNotNoted(ILogger logger, Exception error);

    [LoggerMessage(50, LogLevel.Debug, "An entry of the directory could not be updated. A list that finds it wrong, or the room's next message, tries again.", EventName = "DirectoryUpdateFailed")]
    public static partial void DirectoryUpdateFailed(ILogger logger, Exception error);

    [LoggerMessage(51, LogLevel.Warning, "Left a room out of a list because it cannot be read: key {Key}, field {Field}.", EventName = "UnreadableRoom")]
    public static partial void UnreadableRoom(ILogger logger, string key, string field);

    [LoggerMessage(20, LogLevel.Debug, "A watcher is more than {MaxCatchUp} events behind and receives a gap instead, as it requested.", EventName = "TooFarBehind")]
    public static partial void TooFarBehind(ILogger logger, int? maxCatchUp);

    [LoggerMessage(40, LogLevel.Warning, "The watch of a room that has left a stream could not be ended properly.", EventName = "EndingWatchFailed")]
    public static partial void EndingWatchFailed(ILogger logger, Exception error);

    [LoggerMessage(41, LogLevel.Warning, "The filter {Filter} failed with {Error}. The message was treated as configured: {OnFailure}.", EventName = "FilterFailed")]
    public static partial void FilterFailed(ILogger logger, string filter, string error, FilterFailureMode onFailure);

    [LoggerMessage(42, LogLevel.Warning, "The filter {Filter} did not decide before the {TimeoutMs} ms of all filters were over. The message was treated as configured: {OnFailure}.", EventName = "FilterLate")]
    public static partial void FilterLate(ILogger logger, string filter, double timeoutMs, FilterFailureMode onFailure);

    [LoggerMessage(43, LogLevel.Trace, "The exception of the filter {Filter}.", EventName = "FilterError")]
    public static partial void FilterError(ILogger logger, string filter, Exception error);

    [LoggerMessage(56, LogLevel.Warning, "What is watched for a user was ended, because it could not be noticed any more if the user is revoked.", EventName = "SessionsFailed")]
    public static partial void SessionsFailed(ILogger logger, Exception error);

    [LoggerMessage(57, LogLevel.Debug, "Rooms that a user is no longer a member of could not be removed from the user's list. The next reader tries again.", EventName = "RepairFailed")]
    public static partial void RepairFailed(ILogger logger, Exception error);

    [LoggerMessage(60, LogLevel.Debug, "A message whose writer is gone could not be ended. The next reader or probe tries again.", EventName = "EndOfWritingFailed")]
    public static partial void EndOfWritingFailed(ILogger logger, Exception error);

    [LoggerMessage(61, LogLevel.Debug, "The text so far of a message that is being written could not be read. The next part tries again.", EventName = "TextSoFarFailed")]
    public static partial void TextSoFarFailed(ILogger logger, Exception error);

    [LoggerMessage(62, LogLevel.Debug, "A part of a message could not be stored. It stays in memory, and the next attempt follows.", EventName = "PartFailed")]
    public static partial void PartFailed(ILogger logger, Exception error);

    [LoggerMessage(76, LogLevel.Warning, "The attachment store {Store} failed with {Error} when it was notified of released attachments. It is notified again in {Seconds} s.", EventName = "ReleaseFailed")]
    public static partial void ReleaseFailed(ILogger logger, string store, string error, double seconds);

    [LoggerMessage(77, LogLevel.Trace, "The exception of the attachment store {Store}.", EventName = "ReleaseError")]
    public static partial void ReleaseError(ILogger logger, string store, Exception error);

    [LoggerMessage(78, LogLevel.Warning, "A message stays without link previews. {Problem}", EventName = "PreviewFailed")]
    public static partial void PreviewFailed(ILogger logger, string problem);

    [LoggerMessage(79, LogLevel.Trace, "The exception behind a message without link previews.", EventName = "PreviewError")]
    public static partial void PreviewError(ILogger logger, Exception error);

    [LoggerMessage(84, LogLevel.Information, "A user was erased: {Messages} messages in {Rooms} rooms, {Passes} passes.", EventName = "UserErased")]
    public static partial void UserErased(ILogger logger, long messages, long rooms, int passes);

    [LoggerMessage(85, LogLevel.Warning, "After the erasure of a user, {Places} places still name the user. The report lists them.", EventName = "UserRemains")]
    public static partial void UserRemains(ILogger logger, int places);

    [LoggerMessage(90, LogLevel.Warning, "A data key cannot be unwrapped, so what it encrypted cannot be read: key {Key}, field {Field}. {Problem}", EventName = "DataKeyUnusable")]
    public static partial void DataKeyUnusable(ILogger logger, string key, string field, string problem);

    [LoggerMessage(91, LogLevel.Debug, "The data keys of a room that is watched could not be read. Its events are read from the store until they are.", EventName = "DataKeysNotRead")]
    public static partial void DataKeysNotRead(ILogger logger, Exception error);

    [LoggerMessage(92, LogLevel.Warning, "Notices of released attachments cannot be read, and stay. The others are reported. The first of them: {Problem}", EventName = "UnreadableNotice")]
    public static partial void UnreadableNotice(ILogger logger, string problem);

    [LoggerMessage(80, LogLevel.Warning, "Rooms could not be read for the index of messages. The next attempt follows, and is not logged if it fails again.", EventName = "IndexingFailed")]
    public static partial void IndexingFailed(ILogger logger, Exception error);

    [LoggerMessage(81, LogLevel.Warning, "An export, import or verification lost its connection and waits for it. It gives up after a minute.", EventName = "TransferWaits")]
    public static partial void TransferWaits(ILogger logger, Exception error);

    [LoggerMessage(82, LogLevel.Debug, "The export of a room begins again, because the room was created again, or changed more than its change log keeps.", EventName = "ExportBeginsAgain")]
    public static partial void ExportBeginsAgain(ILogger logger);

    [LoggerMessage(87, LogLevel.Warning, "The archive of old messages has later copies than Redis, or removed the room. Nothing was moved. Was Redis set back? The next attempt follows.", EventName = "ArchiveIsAhead")]
    public static partial void ArchiveIsAhead(ILogger logger);
}
