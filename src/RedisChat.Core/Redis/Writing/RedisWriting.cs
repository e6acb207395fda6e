using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Stores messages that are written part by part: see <see cref="WritingKeys"/>. A part is one script call.</summary>
/// <remarks>
/// The end of the writing is a change of the room like any other. Its conditions are the stored message and the writing's state, which each part changes. So it happens
/// once, with all parts, whoever comes first: the writer, or one of those who found that the lease has run out.
/// </remarks>
internal sealed class RedisWriting(RedisStoreContext context, RoomChanger changer, MessageFinder messages, Func<RedisSends> sends) : IWritingStore
{
    // Each conflict means that a part was added, or that the message was sealed or ended.
    private const int MostAttempts = 20;

    public async ValueTask<MessageReceipt> BeginWritingAsync(string room, NewMessage message, string writer, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        var begun = message with { Writer = new WritingLease(writer, lease) };
        var receipts = await sends().AppendAsync(room, [begun], Durability.Memory, cancellationToken).ConfigureAwait(false);
        var first = new WrittenPart { Writer = writer, Offset = System.Text.Encoding.UTF8.GetByteCount(message.Text), Text = "", Lease = lease };
        var (outcome, _) = await AppendAsync(room, receipts[0].Id, first, isFirst: true, cancellationToken).ConfigureAwait(false);
        return outcome == WritingCall.Outcome.NotWriting ? throw WritingErrors.Ended(receipts[0].Id) : receipts[0];
    }

    public async ValueTask<long> AppendPartAsync(string room, long messageId, WrittenPart part, CancellationToken cancellationToken = default)
    {
        var (outcome, stored) = await AppendAsync(room, messageId, part, isFirst: false, cancellationToken).ConfigureAwait(false);
        return outcome == WritingCall.Outcome.NotWriting ? throw WritingErrors.Ended(messageId) : stored;
    }

    public async ValueTask<Message?> EndWritingAsync(string room, long messageId, string writer, string? text, Actor by, CancellationToken cancellationToken = default)
    {
        var message = await EndAsync(room, messageId, writer, text, by, cancellationToken).ConfigureAwait(false);

        // If an attempt got no answer, the message may have been edited since.
        return text is null || (message is { Writing: null } && (message.Text == text || message.Version > 1)) ? message : throw WritingErrors.Ended(messageId);
    }

    /// <summary>Makes a message abandoned if it is in progress and its lease has run out. Returns its present state.</summary>
    public ValueTask<Message?> EndExpiredAsync(string room, long messageId, CancellationToken cancellationToken) =>
        EndAsync(room, messageId, writer: null, text: null, Actor.Application, cancellationToken);

    /// <summary>Ends the writing, if the message is in progress and this writer's, or without a writer, if the lease has run out.</summary>
    private async ValueTask<Message?> EndAsync(string room, long messageId, string? writer, string? text, Actor by, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            var (time, state, soFar) = await ReadStateAsync(room, messageId, cancellationToken).ConfigureAwait(false);
            using var found = await messages.FindAsync(room, messageId, cancellationToken).ConfigureAwait(false);
            if (found is null)
            {
                return null;
            }

            var message = messages.Read(room, found);
            if (message.Writing != WritingState.InProgress)
            {
                return message;
            }

            if (writer is null ? EndOfLease(message, state) > time : writer != message.Lease!.Writer)
            {
                return message with { Text = message.Text + soFar };
            }

            var ended = message with { Text = text ?? message.Text + soFar, Writing = text is null ? WritingState.Abandoned : null };
            if (await TryEndAsync(room, found, state?.Field ?? RedisValue.Null, ended, text is null ? RoomPermit.Application : new RoomPermit(by, RoomRights.Send, Speaks: true), cancellationToken)
                .ConfigureAwait(false))
            {
                return ended;
            }
        }

        throw new ChatUnavailableException("The message kept changing while its writing was to be ended. Nothing was done.");
    }

    /// <summary>Until when a message is in progress, µs. Its writer may have died before it stored a state.</summary>
    public static long EndOfLease(Message message, WritingRecord? state) =>
        state is { } present && present.Writer == message.Lease!.Writer
            ? present.LeaseEnd
            : Micros.FromTime(message.Timestamp) + Micros.FromSpan(message.Lease!.Duration);

    /// <summary>Ends it, if the message and its state are still as they were found.</summary>
    private async ValueTask<bool> TryEndAsync(string room, StoredMessage found, RedisValue state, Message ended, RoomPermit permit, CancellationToken cancellationToken)
    {
        var hash = found.IsSealed ? context.Keys.Sealed(room) : context.Keys.Bucket(room, Buckets.Of(found.Id));
        var writing = context.Keys.Writing(room);
        var isAbandoned = ended.Writing is not null;
        var value = MessageJson.EndOfWriting(found.Value, ended.Text, isAbandoned);
        var withoutText = MessageJson.EndOfWriting(found.Value, "", isAbandoned);
        var digest = PendingText.DigestOf(ended.Text);
        var reply = await changer.RunAsync(room, [found.Content, state], Decide, cancellationToken, encrypts: true, wasEncrypted: found.IsDecrypted).ConfigureAwait(false);
        return reply is not null;

        RoomChange? Decide(RoomState now) => now.Values[0] != found.Content || now.Values[1] != state || !found.IsOpenTo(now.Cipher) ? null
            : new RoomChange(context.Keys, room, WritingKeys.Letter, found.Id, permit)
                .Encrypted(now.Cipher)
                .Expect(hash, found.Field, found.Content)
                .Expect(writing, WritingKeys.Field(found.Id), state)
                .Set(hash, found.Field, found.Replace(value, now.Cipher))
                .Clear(WritingKeys.Letter, writing, WritingKeys.Field(found.Id))
                .Line(now.Cipher is { } cipher ? EncryptedValue.Seal(cipher, BoxPlace.Ended(found.Id), withoutText) : withoutText)
                .Line(now.Cipher is { } again ? EncryptedText.Seal(again, BoxPlace.Ended(found.Id), System.Text.Encoding.UTF8.GetBytes(digest)) : digest);
    }

    private async ValueTask<(WritingCall.Outcome Outcome, long Stored)> AppendAsync(
        string room, long messageId, WrittenPart part, bool isFirst, CancellationToken cancellationToken) =>
        await context.Calls.RunAsync(
            (Context: context, Room: room, Id: messageId, Part: part, IsFirst: isFirst),
            static async (database, call, token) =>
            {
                call.Context.Rooms.TryGet(call.Room, out var known);
                var (hasRules, part) = (known.HasRules, call.Part);
                var cipher = call.Context.Ciphers is { } ciphers ? await ciphers.ForSendingAsync(call.Room, token).ConfigureAwait(false) : null;
                while (true)
                {
                    using var answer = await WritingCall.AppendAsync(call.Context, database, call.Room, call.Id, part, call.IsFirst, hasRules, cipher)
                        .AsTask().UntilAsync(token).ConfigureAwait(false);
                    var (outcome, number, text) = WritingCall.ReadAppended(answer);
                    switch (outcome)
                    {
                        case WritingCall.Outcome.Refused:
                            throw RuleRefusal.Error(text, number, RoomRights.Send);
                        case WritingCall.Outcome.Unguarded:
                            call.Context.Rooms.Raise(call.Room, known with { Uses = text });
                            hasRules = true;
                            continue;
                        case WritingCall.Outcome.Hole when cipher is not null && number > part.Offset:
                            // The script cannot cut an encrypted part whose beginning is stored already.
                            part = part with { Offset = number, Text = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(part.Text)[(int)(number - part.Offset)..]) };
                            continue;
                        case WritingCall.Outcome.StaleKey:
                            call.Context.Ciphers!.Forget(call.Room);
                            cipher = await call.Context.Ciphers.ForSendingAsync(call.Room, token).ConfigureAwait(false);
                            continue;
                        default:
                            return (outcome, number);
                    }
                }
            },
            cancellationToken, writes: true).ConfigureAwait(false);

    private ValueTask<(long Time, WritingRecord? State, string Text)> ReadStateAsync(string room, long messageId, CancellationToken cancellationToken) =>
        context.Calls.RunBeforeChangeAsync(
            (Context: context, Room: room, Id: messageId),
            static async (database, call, token) =>
            {
                var (time, texts) = await WritingCall.ReadAsync(call.Context, database, call.Room, [call.Id], token).ConfigureAwait(false);
                return texts.TryGetValue(call.Id, out var found) ? (time, found.State, found.Text) : (time, (WritingRecord?)null, "");
            },
            cancellationToken);
}
