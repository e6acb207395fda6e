using System.Buffers;
using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace RedisChat;

/// <summary>The messages that users have scheduled in a room: see <see cref="ChatRoom.Schedule"/>.</summary>
/// <remarks>
/// <para>
/// Each is sent exactly once, at its time or shortly after, by one of the processes that run <see cref="Chat.RunScheduleAsync"/>; if none runs, it is sent when one does. The room's rules and the message filters
/// apply when it is sent, as if the user sent it then. If they refuse it, it stays here with its <see cref="ScheduledMessage.Failure"/>.
/// </para>
/// <para>
/// Nobody but the user should see or change them: the chat checks no right here, and neither the room nor its members learn of a scheduled message. Deleting the room deletes them. Thread-safe.
/// </para>
/// </remarks>
public sealed class RoomSchedule
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private static readonly TimeSpan Longest = TimeSpan.FromDays(3660);

    private static readonly ChatOperation Read = new(ChatOperations.Schedule, "The scheduled messages could not be read");

    private static readonly ChatOperation Change = new(ChatOperations.Schedule, "The schedule could not be changed")
    {
        Writes = true,
        InDoubt = "It may have been changed. List the scheduled messages before you try again.",
    };

    private readonly string _room;
    private readonly IMessageStore _store;
    private readonly OperationRunner _runner;

    internal RoomSchedule(string room, IMessageStore store, OperationRunner runner)
    {
        _room = room;
        _store = store;
        _runner = runner;
    }

    private IScheduleStore Store => _store.RequireAbility<IScheduleStore>("scheduled messages");

    /// <summary>Schedules a message.</summary>
    /// <param name="message">
    /// The message; the limits are those of a send. With an <see cref="NewMessage.IdempotencyKey"/>, scheduling it again returns what is scheduled already.
    /// </param>
    /// <param name="sendAt">When to send it, at most ten years ahead. If that is past, it is sent at once.</param>
    /// <param name="cancellationToken">Stops waiting; it may still be scheduled.</param>
    /// <returns>The scheduled message, with its id.</returns>
    /// <exception cref="ChatInputException">The room's id, the message or the time is not valid. Nothing was scheduled.</exception>
    /// <exception cref="ChatIdempotencyConflictException">Something else is scheduled under the idempotency key.</exception>
    /// <exception cref="ChatLimitException">The user has <see cref="ChatLimits.MaxScheduledMessages"/> scheduled messages in this room. Cancel one first.</exception>
    /// <exception cref="ChatForbiddenException">The user is being erased. Nothing was scheduled.</exception>
    /// <exception cref="ChatDataException">What is scheduled under the idempotency key cannot be read, because its data key was deleted. Nothing was scheduled. Cancel it first.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support scheduled messages.</exception>
    public async Task<ScheduledMessage> AddAsync(NewMessage message, DateTimeOffset sendAt, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckRoom(_room, _store);
        message = message?.Snapshot()!;
        MessageInput.CheckMessage(message, _runner.Options);
        CheckTime(sendAt);
        var scheduled = new ScheduledMessage { Id = NewId(message), Room = _room, Message = message, SendAt = Micros.ToTime(Micros.FromTime(sendAt)) };
        var present = await _runner.RunAsync(
            Change, _room, (Store, Message: scheduled), static (call, token) => call.Store.ScheduleAsync(call.Message, token), cancellationToken).ConfigureAwait(false);
        return present.Failure is not null || IsSame(present, scheduled)
            ? present
            : throw new ChatIdempotencyConflictException("Something else is scheduled under this idempotency key. Use another key for another message.")
            {
                Room = _room,
                Operation = ChatOperations.Schedule,
            };
    }

    /// <summary>Lists the scheduled messages of a user, the next one first.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatInputException">An id is not valid.</exception>
    /// <exception cref="ChatDataException">
    /// What is stored is not a scheduled message, or its data key was deleted (<see cref="EncryptionKeys.ShredAsync"/>). <see cref="ChatDataException.Field"/> is its id, with which <see cref="CancelAsync"/> removes it.
    /// </exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support scheduled messages.</exception>
    public async Task<IReadOnlyList<ScheduledMessage>> ListAsync(string user, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckRoom(_room, _store);
        ChatInput.CheckId(user);
        var found = await _runner.RunAsync(
            Read, _room, (Store, Room: _room, User: user), static (call, token) => call.Store.ListScheduledAsync(call.Room, call.User, token), cancellationToken).ConfigureAwait(false);
        return [.. found.OrderBy(scheduled => scheduled.SendAt).ThenBy(scheduled => scheduled.Id, StringComparer.Ordinal)];
    }

    /// <summary>Changes a message that is still scheduled. A message that could not be sent is scheduled again by this.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="id">The scheduled message's id.</param>
    /// <param name="text">The new text; <see langword="null"/> to keep it.</param>
    /// <param name="sendAt">The new time; <see langword="null"/> to keep it.</param>
    /// <param name="metadata">The complete new metadata; <see langword="null"/> to keep it.</param>
    /// <param name="cancellationToken">Stops waiting; it may still be changed.</param>
    /// <returns>The scheduled message as it is now; <see langword="null"/> if there is none: it was sent or canceled.</returns>
    /// <exception cref="ChatDataException">What is stored is not a scheduled message, or its data key was deleted. Nothing was changed.</exception>
    /// <exception cref="ChatInputException">An id, the text, the metadata or the time is not valid. Nothing was changed.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support scheduled messages.</exception>
    public Task<ScheduledMessage?> ChangeAsync(
        string user, string id, string? text = null, DateTimeOffset? sendAt = null, IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default)
    {
        CheckIds(user, id);
        if (text is not null)
        {
            MessageInput.CheckText(text, _runner.Options);
        }

        if (metadata is not null)
        {
            metadata = MetadataCopy.Of(metadata);
            MessageInput.CheckMetadata(metadata, _runner.Options, nameof(metadata));
        }

        if (sendAt is { } time)
        {
            CheckTime(time);
            sendAt = Micros.ToTime(Micros.FromTime(time));
        }

        return _runner.RunAsync(
            Change, _room, (Store, Room: _room, User: user, Id: id, Changed: (Func<ScheduledMessage, ScheduledMessage>)Changed),
            static (call, token) => call.Store.ChangeScheduledAsync(call.Room, call.User, call.Id, call.Changed, token), cancellationToken).AsTask();

        ScheduledMessage Changed(ScheduledMessage present) => present with
        {
            Message = present.Message with { Text = text ?? present.Message.Text, Metadata = metadata ?? present.Message.Metadata },
            SendAt = sendAt ?? present.SendAt,
            Failure = null,
        };
    }

    /// <summary>Cancels a scheduled message.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="id">The scheduled message's id.</param>
    /// <param name="cancellationToken">Stops waiting; it may still be canceled.</param>
    /// <returns>Whether it was scheduled. If so, it is never sent; if not, it was sent or canceled before, or an earlier attempt of this call that got no answer canceled it.</returns>
    /// <exception cref="ChatInputException">An id is not valid.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support scheduled messages.</exception>
    public Task<bool> CancelAsync(string user, string id, CancellationToken cancellationToken = default)
    {
        CheckIds(user, id);
        return _runner.RunAsync(
            Change, _room, (Store, Room: _room, User: user, Id: id), static (call, token) => call.Store.CancelScheduledAsync(call.Room, call.User, call.Id, token), cancellationToken).AsTask();
    }

    internal static bool IsSame(ScheduledMessage one, ScheduledMessage other) =>
        one.SendAt == other.SendAt && one.Message.Text == other.Message.Text && one.Message.ReplyTo == other.Message.ReplyTo && one.Message.Mentions == other.Message.Mentions
        && one.Message.Attachments == other.Message.Attachments
        && Message.MetadataEquals(one.Message.Metadata, other.Message.Metadata);

    private static string NewId(NewMessage message) => message.IdempotencyKey is { } key
        ? XxHash128.HashToUInt128(Encoding.UTF8.GetBytes($"{message.User}\n{key}")).ToString("x32", CultureInfo.InvariantCulture)
        : Guid.NewGuid().ToString("n");

    private void CheckIds(string user, string id)
    {
        ChatInput.CheckRoom(_room, _store);
        ChatInput.CheckId(user);
        ArgumentNullException.ThrowIfNull(id);
        if (id.Length != 32 || id.AsSpan().ContainsAnyExcept(HexDigits))
        {
            throw new ChatInputException("The id of a scheduled message has 32 lower-case hex digits.", nameof(id));
        }
    }

    private void CheckTime(DateTimeOffset sendAt)
    {
        if (sendAt < DateTimeOffset.UnixEpoch || sendAt > _runner.Time.GetUtcNow() + Longest)
        {
            throw new ChatInputException("A message can be scheduled at most ten years ahead, and not before 1970.", nameof(sendAt));
        }
    }
}
