namespace RedisChat;

/// <content>Edits and deletions of messages.</content>
internal sealed partial class InMemoryRoom
{
    public MessageChange Change(long id, Func<Message, MessageDecision> decide)
    {
        lock (Gate)
        {
            if (At(id) is not { } message)
            {
                return new(ChangeOutcome.NotFound, null);
            }

            var decision = decide(message);
            if (decision.Outcome == ChangeOutcome.Unchanged)
            {
                return new(ChangeOutcome.Unchanged, message);
            }

            if (!decision.By.IsApplication)
            {
                Ruling.Members.CheckRight(decision.By.UserId!, decision.Right, speaks: decision.Outcome == ChangeOutcome.Edited);
                Ruling.Members.CheckMentioned((decision.Mentions ?? default).UsersAddedTo(message.Mentions, message.User));
            }

            if (decision.Outcome == ChangeOutcome.Edited && message.Writing == WritingState.InProgress)
            {
                throw WritingErrors.InProgress(id);
            }

            if (decision.Outcome == ChangeOutcome.Deleted)
            {
                _messages[(int)id - 1] = null;
                _attachments.Release(message, message.Attachments, ReleaseReason.Deleted);
                Array.ForEach(_features, feature => feature.Remove(id));
                var entry = new InMemoryChangeLog.Entry(_log.NextRevision(), id, Deletion: decision);
                Changed(entry, entry.ToDeleted);
                TellAbove();
                return new(ChangeOutcome.Deleted, message);
            }

            var revision = _log.NextRevision();
            var edited = decision.ApplyTo(message, Micros.ToTime(revision));
            Versions.Keep(message, decision.KeptVersions);
            _attachments.Release(message, message.Attachments.ReleasedBy(edited.Attachments), ReleaseReason.Edited);
            _attachments.Track(decision.Attachments ?? default);
            _messages[(int)id - 1] = edited;
            Changed(new InMemoryChangeLog.Entry(revision, id), position => new RoomEvent.Edited(edited, position));
            return new(ChangeOutcome.Edited, edited);
        }
    }

    /// <summary>Deletes the next messages of a selection: see <see cref="IBulkDeletionStore.DeleteStepAsync"/>.</summary>
    public DeletedStep DeleteStep(MessageSelection messages, long after, Actor by, string? reason)
    {
        lock (Gate)
        {
            var left = (messages.Ids ?? Messages(Math.Max(messages.From, after + 1), +1, messages.User, evenExpired: true).Select(message => message.Id))
                .Where(id => id > after && id <= messages.To && Stored(id) is not null).Take(ChatLimits.MaxDeletedAtOnce + 1).ToList();
            var run = left.Take(ChatLimits.MaxDeletedAtOnce).ToList();
            foreach (var right in run.Select(id => Stored(id)!.User == by.UserId ? RoomRights.ChangeOwn : RoomRights.DeleteAny).Where(_ => !by.IsApplication).Distinct().Order())
            {
                Ruling.Members.CheckRight(by.UserId!, right, speaks: false);
            }

            foreach (var id in run)
            {
                _attachments.Release(Stored(id)!, Stored(id)!.Attachments, ReleaseReason.Deleted);
                _messages[(int)id - 1] = null;
                Array.ForEach(_features, feature => feature.Remove(id));
            }

            if (run.Count > 0)
            {
                var entry = new InMemoryChangeLog.Entry(
                    _log.NextRevision(), new InMemorySubject(0, $"{run[0]}…"), Deletion: MessageDecision.Delete(by.UserId, reason), Run: run);
                Changed(entry, entry.ToDeletedMany);
                TellAbove();
            }

            return new DeletedStep(run.Count, left.Count > run.Count ? run[^1] : null, Last);
        }
    }
}
