using System.Globalization;
using System.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Edits or deletes one message.</summary>
/// <param name="context">The shared parts of the store.</param>
/// <param name="changer">Runs the changes.</param>
/// <param name="messages">Finds the message.</param>
/// <param name="deletionEffects">What features do when a message is deleted.</param>
/// <param name="editEffects">What features do when a message is edited.</param>
/// <param name="replies">Reads the rest of a thread when a reply is deleted.</param>
/// <param name="upkeep">Says for which changes the room must be added to those that need upkeep, and adds it.</param>
internal sealed class MessageEditor(
    RedisStoreContext context, RoomChanger changer, MessageFinder messages, IReadOnlyList<IDeletionEffect> deletionEffects, IReadOnlyList<IEditEffect> editEffects, IReplyDeletions replies,
    (IUpkeepCause Cause, UpkeepIndex Index) upkeep)
{
    // A message is sealed once. From the archive it comes back only to be changed, and stays for a while.
    private const int MostPlaces = 5;

    // Each time, another call has deleted a reply of the same thread.
    private const int MostDeletions = 100;

    /// <summary>The field of the room that counts its deleted messages.</summary>
    public const string DeletedField = "deleted";

    public async ValueTask<MessageChange> ChangeAsync(
        string room, long id, Func<Message, MessageDecision> decide, CancellationToken cancellationToken)
    {
        for (var place = 1; place <= (ThreadId.IsThread(room) ? MostDeletions : MostPlaces); place++)
        {
            using var found = await messages.FindOnPrimaryAsync(room, id, cancellationToken).ConfigureAwait(false);
            if (found is null)
            {
                return new MessageChange(ChangeOutcome.NotFound, null);
            }

            if (await ChangeAsync(room, found, decide, cancellationToken).ConfigureAwait(false) is { } change)
            {
                return change;
            }
        }

        throw new ChatUnavailableException("The message could not be found where it was a moment ago. Nothing was done.");
    }

    /// <summary>Changes the message where it was found; <see langword="null"/> if it is no longer there, because it was deleted or sealed.</summary>
    private async ValueTask<MessageChange?> ChangeAsync(
        string room, StoredMessage found, Func<Message, MessageDecision> decide, CancellationToken cancellationToken)
    {
        var (present, isGone, isExpired, callsUpkeep, isAdded) = (found, false, false, false, false);
        Message message = null!;
        var decision = MessageDecision.Keep;
        var rest = ThreadId.IsThread(room) && decide(messages.Read(room, found)).Outcome == ChangeOutcome.Deleted
            ? await replies.BeginAsync(room, [found.Id], cancellationToken).ConfigureAwait(false)
            : null;
        try
        {
            RedisValue[] values = rest is null ? [found.Content] : [found.Content, rest.DeletedBefore];
            var reply = await changer.RunAsync(room, values, Decide, cancellationToken, encrypts: true, wasEncrypted: found.IsDecrypted).ConfigureAwait(false);
            if (callsUpkeep && !isGone)
            {
                // Before the change, so that the room is found wherever this process dies.
                await NoticeCipher.PrepareAsync(context, upkeep.Index, room, cancellationToken).ConfigureAwait(false);
                isAdded = true;
                reply = await changer.RunAsync(room, values, Decide, cancellationToken, encrypts: true, wasEncrypted: found.IsDecrypted).ConfigureAwait(false);
                if (reply is not null)
                {
                    // Now there is work.
                    upkeep.Index.AddAfter(ThreadId.RuledBy(room));
                }
            }

            return isExpired ? new MessageChange(ChangeOutcome.NotFound, null)
                : isGone ? null
                : reply is not { } done ? new MessageChange(ChangeOutcome.Unchanged, message)
                : decision.Outcome == ChangeOutcome.Deleted ? new MessageChange(ChangeOutcome.Deleted, message)
                : new MessageChange(ChangeOutcome.Edited, decision.ApplyTo(message, Micros.ToTime(done.Revision)));
        }
        finally
        {
            Renew(found);
        }

        RoomChange? Decide(RoomState state)
        {
            Renew(state.Values[0] == found.Content ? found : state.Values[0].IsNull ? null : found.With(state.Values[0]));
            if (isGone)
            {
                return null;
            }

            if ((present.Lacking is not null && present != found && context.Ciphers is not null) || !present.IsOpenTo(state.Cipher))
            {
                // It was edited with a new data key, or the one that it was decrypted with was deleted. Finding it again loads those that there are.
                isGone = true;
                return null;
            }

            if (rest is not null && state.Values.Length > 1 && state.Values[1] != rest.DeletedBefore)
            {
                // Other replies were deleted, so the rest of the thread must be read again.
                isGone = true;
                return null;
            }

            message = messages.Read(room, present);
            isExpired = messages.IsExpired(room, message);
            if (isExpired)
            {
                return null;
            }

            decision = decide(message);
            if (decision.Outcome == ChangeOutcome.Deleted && rest is null && ThreadId.IsThread(room))
            {
                // It was not to be deleted as it was before.
                isGone = true;
                return null;
            }

            if (decision.Outcome == ChangeOutcome.Edited && message.Writing == WritingState.InProgress)
            {
                throw WritingErrors.InProgress(message.Id);
            }

            callsUpkeep = !isAdded && upkeep.Cause.Calls(message, decision);
            if (callsUpkeep)
            {
                return null;
            }

            return decision.Outcome switch
            {
                ChangeOutcome.Edited => Edit(room, present, message, decision, state),
                ChangeOutcome.Deleted => Delete(room, present, message, decision, rest, state.Cipher),
                _ => null,
            };
        }

        void Renew(StoredMessage? now)
        {
            if (present != found)
            {
                present.Dispose();
            }

            isGone = now is not { Exists: true };
            present = now ?? found;
        }
    }

    private RoomChange Edit(string room, StoredMessage present, Message message, MessageDecision decision, RoomState state)
    {
        // The script inserts the revision as the time of the edit, but compressed values need it beforehand.
        var head = MessageJson.HeadOfEdit(present.Value, decision.ApplyTo(message, default), decision.Mentions is not null, decision.Attachments is not null);
        var change = Begin('e', room, present, decision)
            .Encrypted(state.Cipher)
            .Line(state.Cipher is { } cipher ? HeadOfEncrypted(cipher, present.Id, head) : head, MessageJson.TailOfEdit.ToArray());
        foreach (var effect in editEffects)
        {
            effect.AddTo(change, room, message, present.Value, decision);
        }

        if (!present.IsSealed)
        {
            return change.Keep(Hash(room, present), present.Field);
        }

        var text = state.Revision.ToString(CultureInfo.InvariantCulture);
        return change.At(state.Revision).Set(
            Hash(room, present), present.Field, present.Replace([.. head, .. Encoding.ASCII.GetBytes(text), .. MessageJson.TailOfEdit], state.Cipher));
    }

    /// <summary>The head of an encrypted message. The time, which follows it, is the last property and is not encrypted.</summary>
    private static byte[] HeadOfEncrypted(RoomCipher cipher, long id, byte[] head)
    {
        var any = "0}"u8;
        var value = EncryptedValue.Seal(cipher, BoxPlace.Message(id), [.. head, .. any]);
        return value[..^any.Length];
    }

    private RoomChange Delete(string room, StoredMessage present, Message message, MessageDecision decision, ReplyDeletion? rest, RoomCipher? cipher)
    {
        // A reader's position may have to be compared with the time of a message that was deleted.
        var stamp = Micros.FromTime(message.Timestamp).ToString(CultureInfo.InvariantCulture);
        var change = Begin('d', room, present, decision).Encrypted(present.IsSealed ? cipher : null);
        rest?.Expect(change);
        change.Delete(Hash(room, present), present.Field);
        if (DeletionJson.Write(decision.User, decision.Reason) is { } details)
        {
            change.Line(details).Log($"{stamp}:{details}");
        }
        else
        {
            change.Log(stamp);
        }

        if (present.IsSealed && present.Replace([], cipher) is { Length: > 0 } others)
        {
            change.Set(Hash(room, present), present.Field, others);
        }
        else
        {
            var bucket = Buckets.Of(present.Id);
            change.Vacate(context.Keys.Gone(room), context.Keys.Bucket(room, bucket), bucket, present.IsSealed ? 0 : 1);
        }

        // Readers know the number of messages without counting them: the last id minus this.
        change.Increment(context.Keys.Room(room), DeletedField, 1);
        rest?.AddTo(change);
        foreach (var effect in deletionEffects)
        {
            effect.AddTo(change, room, message);
        }

        return change;
    }

    private RoomChange Begin(char kind, string room, StoredMessage present, MessageDecision decision) =>
        new RoomChange(
            context.Keys, room, kind, present.Id, new RoomPermit(decision.By, decision.Right, Speaks: decision.Outcome == ChangeOutcome.Edited)).Expect(Hash(room, present), present.Field, present.Content);

    private string Hash(string room, StoredMessage present) =>
        present.IsSealed ? context.Keys.Sealed(room) : context.Keys.Bucket(room, Buckets.Of(present.Id));
}
