using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>What was found of a user, as records for people.</summary>
internal static class UserRecords
{
    // Archived messages are counted by the index of the archive, so many in one step.
    private const int MessagesAtOnce = 5000;

    /// <summary>Reads the next records of a room. Nothing is removed, and the room is not marked.</summary>
    public static async ValueTask<UserRecordsStep> StepAsync(RedisStoreContext context, IDatabase database, ErasedUser user, FoundRoom room, string? cursor, CancellationToken cancellationToken)
    {
        var at = RoomCursor.Read(cursor);
        if (at.Stage == RoomCursor.Messages)
        {
            var own = await ErasableRooms.OwnIdsAsync(context, database, room.Room, user, at.At, MessagesAtOnce, cancellationToken).ConfigureAwait(false);
            return new UserRecordsStep(
                own.Count == 0 ? [] : [new UserRecord { Kind = UserRecordKind.Message, Room = room.Room, Messages = own.Count }],
                own.Count == MessagesAtOnce ? new RoomCursor(RoomCursor.Messages, own[^1]).ToString() : null);
        }

        var traces = await UserTraces.FindAsync(database, context.Keys, user, room, at, ErasableRooms.NoMark, cancellationToken).ConfigureAwait(false);
        ErasableRooms.ThrowIfOutOfReach(context, room.Room, traces);
        var records = await OfAsync(context, user, room.Room, traces, cancellationToken).ConfigureAwait(false);
        if (!traces.IsArchived || !room.Places.Contains(context.Keys.Room(room.Room)))
        {
            return new UserRecordsStep(records, traces.Next?.ToString());
        }

        // The list of ids has only what was not archived. A room with an archive is found with its own hash.
        return new UserRecordsStep([.. records.Where(record => record.Messages == 0)], (traces.Next ?? new RoomCursor(RoomCursor.Messages)).ToString());
    }

    /// <summary>Makes the records. What cannot be decrypted is a record without its content.</summary>
    private static async ValueTask<IReadOnlyList<UserRecord>> OfAsync(RedisStoreContext context, ErasedUser user, string room, UserTraces traces, CancellationToken cancellationToken)
    {
        var records = new List<UserRecord>();
        foreach (var trace in traces.All)
        {
            var plain = PlaceOf(user, trace) is { } place ? await EncryptedFields.TryOpenAsync(context, room, place, trace.Value, cancellationToken).ConfigureAwait(false) : trace.Value;
            if (Of(user, room, trace, plain) is { } record)
            {
                records.Add(record with { Room = UserScope.TryGetUser(room, out _) ? null : room });
            }
        }

        return [.. records.OrderBy(record => record.Kind).ThenBy(record => record.MessageId)];
    }

    /// <summary>Where a value of the user is stored that may be encrypted.</summary>
    private static BoxPlace? PlaceOf(ErasedUser user, UserTrace trace) =>
        trace.Kind == UserPlaces.ScheduledByUser ? BoxPlace.Scheduled(user.Id, (string)trace.Field!)
        : trace.Kind == UserPlaces.Values && VersionKeys.TryRead((string)trace.Field!, out var id, out var version) ? BoxPlace.Version(id, version)
        : null;

    private static UserRecord? Of(ErasedUser user, string room, UserTrace trace, RedisValue plain)
    {
        var field = (string)trace.Field!;
        var bytes = ((ReadOnlyMemory<byte>)trace.Value).Span;
        switch (trace.Kind)
        {
            case UserPlaces.MentionsOfUser:
                return new UserRecord { Kind = UserRecordKind.Mention, MessageId = long.Parse(field, System.Globalization.CultureInfo.InvariantCulture) };
            case UserPlaces.ScheduledByUser:
                return new UserRecord { Kind = UserRecordKind.Scheduled, Scheduled = plain.IsNull ? null : ScheduledJson.Read(trace.Key, room, field, plain, out _) };
            case UserPlaces.Field when trace.Suffix == "rates":
                return new UserRecord { Kind = UserRecordKind.Rate, At = TimeIn(bytes) };
            case UserPlaces.Field:
                return MarkerText.TryRead(user.Id, (string)trace.Value!, ChatLimits.MaxMessageId, out var marker) ? new UserRecord { Kind = UserRecordKind.Marker, Marker = marker } : null;
            case UserPlaces.Members:
                return MemberText.TryRead(field, trace.Value, out var member, out _) && (field == user.Id || IsBy(member, user.Id))
                    ? new UserRecord { Kind = field == user.Id ? UserRecordKind.Member : UserRecordKind.Imposed, Member = member }
                    : null;
            case UserPlaces.Pins:
                return PinKeys.TryRead(bytes, out var revision, out var by) && by == user.Id
                    ? new UserRecord { Kind = UserRecordKind.Pin, MessageId = trace.MessageId, At = Micros.ToTime(revision) }
                    : null;
            case UserPlaces.Values:
                return OfValue(user, trace, plain);
            case UserPlaces.Threads:
                return new UserRecord { Kind = UserRecordKind.Thread, MessageId = trace.MessageId };
            case UserPlaces.Reactions:
                return ReactionTally.TryReadPairs(bytes, out var reactions) ? new UserRecord { Kind = UserRecordKind.Reactions, MessageId = trace.MessageId, Reactions = reactions } : null;
            case UserPlaces.Sent:
                var words = ((string)trace.Value!).Split(':');
                return new UserRecord
                {
                    Kind = UserRecordKind.Sent,
                    MessageId = StrictNumber.TryRead(words[0], out var id) ? id : null,
                    At = words.Length > 1 && StrictNumber.TryRead(words[1], out var sent) ? Micros.ToTime(sent) : null,
                    Detail = field[(user.Id.Length + 1)..],
                };
            case UserPlaces.Here:
                return new UserRecord { Kind = UserRecordKind.Presence };
            case UserPlaces.Log:
                return ChangeLogEntry.TryRead(field, out var entry) && ErasureLog.Names(field, user)
                    ? new UserRecord { Kind = UserRecordKind.Change, At = Micros.ToTime(entry.Revision), Detail = entry.Kind.ToString() }
                    : null;
            case UserPlaces.List:
                // Long lists are not read as a whole: about as many as their beginning has for its length.
                var ids = bytes.Count((byte)',');
                return new UserRecord { Kind = UserRecordKind.Message, Messages = Math.Max((long)trace.Field * ids / Math.Max(bytes.Length, 1), 1) };
            default:
                // Mentions in the user's own messages.
                return null;
        }
    }

    private static UserRecord? OfValue(ErasedUser user, UserTrace trace, RedisValue plain)
    {
        var bytes = ((ReadOnlyMemory<byte>)trace.Value).Span;
        var (author, mentions) = ErasureJson.Names(bytes, user.Id);
        var isVersion = trace.Suffix.StartsWith("v:", StringComparison.Ordinal);
        return isVersion && author == user.Id && plain.IsNull ? new UserRecord { Kind = UserRecordKind.Version, MessageId = trace.MessageId }
            : isVersion && author == user.Id && MessageJson.TryRead(trace.MessageId, ((ReadOnlyMemory<byte>)plain).Span, out var message)
            ? new UserRecord { Kind = UserRecordKind.Version, MessageId = trace.MessageId, Version = MessageVersion.Of(message) }
            : mentions ? new UserRecord { Kind = isVersion ? UserRecordKind.Mention : UserRecordKind.ScheduledMention, MessageId = isVersion ? trace.MessageId : null }
            : null;
    }

    private static bool IsBy(RoomMember member, string user) => member.Ban?.By == user || member.Mute?.By == user || member.Invitation?.By == user;

    private static DateTimeOffset? TimeIn(ReadOnlySpan<byte> text) => StrictNumber.TryReadFirst(text, out var time, out _) ? Micros.ToTime(time) : null;
}
