namespace RedisChat;

/// <content>The room as the directory shows it: its settings, an overview, and its deletion.</content>
internal sealed partial class InMemoryRoom
{
    /// <summary>How far the history goes.</summary>
    public RoomActivity Activity
    {
        get
        {
            lock (Gate)
            {
                return _messages.Count == 0 ? default : new RoomActivity(_messages.Count, Micros.ToTime(_lastStamp));
            }
        }
    }

    /// <summary>Gives the room settings, rules and an owner, if it has no settings: see <see cref="IRoomDirectoryStore.CreateRoomAsync"/>.</summary>
    /// <param name="about">The settings.</param>
    /// <param name="rules">The rules; <see langword="null"/> for those it has.</param>
    /// <param name="owner">The owner, unless it has one; <see langword="null"/> for nobody.</param>
    /// <param name="changed">Called in the same step if the owner changes, with the new state.</param>
    public RoomCreation Create(RoomAbout about, RuleSet? rules, string? owner, Action<RoomMember> changed)
    {
        lock (Gate)
        {
            if (About.About is { } present)
            {
                return new RoomCreation(present, IsNew: false);
            }

            var (set, member) = MemberDecisions.Create(Members.Read(owner ?? ""), rules, owner is not null);
            Members.ChangeRules(Actor.Application, _ => set);
            if (owner is not null)
            {
                Members.Change(owner, Actor.Application, now => member == now.Target ? now.Target : member, reason: null, changed);
            }

            return About.Create(about);
        }
    }

    /// <summary>An overview of the room.</summary>
    /// <param name="id">The room's id.</param>
    /// <param name="since">When it got its first settings, µs.</param>
    public RoomInfo Describe(string id, out long since)
    {
        lock (Gate)
        {
            since = About.Since;
            var situation = Members.Read("");
            return new RoomInfo
            {
                Id = id,
                Exists = Position != RoomPosition.Start,
                About = About.About,
                Rules = situation.Rules,
                LastMessageId = _messages.Count,
                LastMessageAt = _lastStamp == 0 ? null : Micros.ToTime(_lastStamp),
                Messages = _messages.Count(message => message is not null),
                Members = Members.Count,
            };
        }
    }

    /// <summary>Deletes the room: see <see cref="IRoomDirectoryStore.DeleteRoomAsync"/>.</summary>
    public RoomDeletion Delete(Actor actor)
    {
        lock (Gate)
        {
            if (Position == RoomPosition.Start)
            {
                return new RoomDeletion(0, 0) { Existed = false };
            }

            if (actor.UserId is { } user)
            {
                // An owner can delete an archived room.
                var now = Members.Read(user);
                MemberDecisions.CheckRight(now with { Rules = now.Rules with { IsArchived = false } }, now.Target, RoomRights.Manage);
            }

            var count = _messages.Count;
            Erase(actor);
            return new RoomDeletion(count, count);
        }
    }
}
