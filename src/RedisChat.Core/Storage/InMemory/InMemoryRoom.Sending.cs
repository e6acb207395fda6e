namespace RedisChat;

/// <content>Sends.</content>
internal sealed partial class InMemoryRoom
{
    public IReadOnlyList<MessageReceipt> Append(IReadOnlyList<NewMessage> messages)
    {
        lock (Gate)
        {
            var now = Micros.FromTime(_time.GetUtcNow());
            _sent.ForgetOld(now);
            _sent.CheckConflicts(messages);
            var before = _messages.Count;
            foreach (var message in messages.Where(message => !_sent.TryFind(message, out _)))
            {
                CheckNotErased(message.User);
            }

            Ruling.Members.CheckSends([.. messages.Where(message => !_sent.TryFind(message, out _))], now, CheckContents);

            var receipts = new MessageReceipt[messages.Count];
            for (var i = 0; i < receipts.Length; i++)
            {
                receipts[i] = Append(messages[i], now);
            }

            if (_messages.Count > before)
            {
                TellAbove();
            }

            return receipts;
        }
    }

    public MessageReceipt? FindSent(NewMessage message)
    {
        lock (Gate)
        {
            _sent.ForgetOld(Micros.FromTime(_time.GetUtcNow()));
            _sent.CheckConflicts([message]);
            return _sent.TryFind(message, out var first) ? Receipt(first.Id, first.Time, isDuplicate: true) : null;
        }
    }

    /// <summary>Appends a scheduled message: see <see cref="IScheduleStore.SendScheduledAsync"/>.</summary>
    public MessageReceipt? SendScheduled(ScheduledMessage scheduled, NewMessage message)
    {
        lock (Gate)
        {
            if (!_sent.TryFind(message, out _) && !Schedule.Contains(scheduled))
            {
                return null;
            }

            var receipt = Append([message])[0];
            Schedule.Remove(message.User, scheduled.Id);
            return receipt;
        }
    }

    private void CheckContents(IReadOnlyList<NewMessage> messages)
    {
        if (messages.Count > 0)
        {
            CheckAbove();
        }

        if (messages.FirstOrDefault(message => message.ReplyTo is { } parent && At(parent) is null) is { } reply)
        {
            throw ParentNotFound.Error(reply.ReplyTo!.Value);
        }

        foreach (var message in messages.Where(message => !message.IsFromApplication && message.Mentions.Count > 0))
        {
            if (message.Mentions.Contains(Mention.Everyone))
            {
                Ruling.Members.CheckRight(message.User, RoomRights.MentionEveryone, speaks: false);
            }

            Ruling.Members.CheckMentioned(message.Mentions.UsersAddedTo(default, message.User));
        }
    }

    private MessageReceipt Append(NewMessage message, long now)
    {
        if (_sent.TryFind(message, out var first))
        {
            return Receipt(first.Id, first.Time, isDuplicate: true);
        }

        var added = new Message
        {
            Id = _messages.Count + 1,
            User = message.User,
            Text = message.Text,
            Timestamp = Micros.ToTime(now),
            Metadata = message.Metadata,
            IdempotencyKey = message.IsKeyGenerated ? null : message.IdempotencyKey,
            ReplyTo = message.ReplyTo,
            Mentions = message.Mentions,
            Attachments = message.Attachments,
        };
        if ((message.ExpiresAfter ?? Ruling.About.About?.MessagesExpireAfter) is { } life)
        {
            var expiresAt = Micros.ToTime(now + Micros.FromSpan(life));
            added = added with { ExpiresAt = expiresAt };
            NeedsUpkeep?.Invoke(expiresAt);
        }

        added = message.Writer is { } lease ? added.With(lease) : added;
        _messages.Add(added);
        if (About.About?.Retention is not null && added.Id % BucketSize == 0)
        {
            NeedsUpkeep?.Invoke(_time.GetUtcNow());
        }

        _attachments.Track(added.Attachments);
        _sent.Add(new InMemorySends.Sent(added.Id, now, message));
        var stampBefore = _lastStamp;
        _lastStamp = now;
        Feed.Publish(new LiveEvent(new RoomEvent.Created(added, Position), stampBefore, ChatTelemetry.PresentTrace()));
        if (added.Lease is not null)
        {
            Writing.Begin(added);
        }

        return Receipt(added.Id, now, isDuplicate: false);
    }

    private MessageReceipt Receipt(long id, long stamp, bool isDuplicate) => new()
    {
        Id = id,
        Timestamp = Micros.ToTime(stamp),
        Position = new RoomPosition(_epoch, id, stamp, _log.Revision),
        IsDuplicate = isDuplicate,
    };
}
