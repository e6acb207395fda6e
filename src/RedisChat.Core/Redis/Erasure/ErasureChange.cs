using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The part of an erasure in one room that watchers must know about: one change with an event for everything that is left, for each message whose reactions change, and for the member.</summary>
/// <param name="keys">Names the keys.</param>
/// <param name="room">The room.</param>
/// <param name="user">The user.</param>
/// <param name="alias">What replaces the user.</param>
/// <param name="messages">The messages that change.</param>
/// <param name="traces">What else was found.</param>
internal sealed class ErasureChange(KeyNames keys, string room, ErasedUser user, string alias, ErasedMessages messages, IReadOnlyList<UserTrace> traces)
{
    /// <summary>The reason in the events of what is removed.</summary>
    public const string Reason = "erased";

    /// <summary>The letter of the event in the change log and in live events.</summary>
    public const char Kind = 'u';

    /// <summary>The subject of the event if no message changes.</summary>
    public const string NoMessages = "-";

    private bool _changesMember;

    /// <summary>The entry of the change log that names the user because the member's end is in it; <see langword="null"/> if there is none.</summary>
    /// <param name="revision">The revision of the change.</param>
    public string? EntryOf(long revision) => _changesMember ? $"{revision}:{MemberEffects.MemberKind}:{user.Word}" : null;

    /// <summary>Whether there was nothing that watchers must know.</summary>
    public bool IsEmpty { get; private set; }

    /// <summary>Composes the change.</summary>
    /// <param name="cipher">Encrypts sealed buckets; <see langword="null"/> in a room that is not encrypted.</param>
    /// <returns><see langword="null"/> if there is nothing that watchers must know, or the cipher does not have the key of what was read.</returns>
    public RoomChange? Build(RoomCipher? cipher)
    {
        // What is not a member stays, and is left to the proof.
        _changesMember = false;
        RoomMember? before = null;
        var member = traces.FirstOrDefault(trace => trace.Kind == UserPlaces.Members && trace.Field == user.Id && MemberText.TryRead(user.Id, trace.Value, out before, out _));
        var others = traces.Where(trace => trace.Kind is UserPlaces.Members or UserPlaces.Pins && trace != member)
            .Select(trace => (Trace: trace, Value: trace.Kind == UserPlaces.Pins ? PinWithout((string)trace.Value!) : MemberWithout((string)trace.Field!, (string)trace.Value!)))
            .Where(other => other.Value is not null).ToList();
        var reactions = traces.Where(trace => trace.Kind == UserPlaces.Reactions).ToList();
        var threads = traces.Where(trace => trace.Kind == UserPlaces.Threads).ToList();
        var mentions = traces.Where(trace => trace.Kind == UserPlaces.MentionsOfUser).GroupBy(trace => trace.Key).ToList();
        RoomChange? change = null;
        if (messages.Ids.Count > 0 || others.Count > 0 || member is not null || mentions.Count > 0)
        {
            change = Begin(change, Kind, messages.Ids.Count == 0 ? NoMessages : DeletedRun.WriteIds([.. messages.Ids]));
            if (!messages.TryAddTo(change, cipher))
            {
                return null;
            }

            foreach (var (trace, value) in others)
            {
                change.Expect(trace.Key, trace.Field, trace.Value).Set(trace.Key, trace.Field, value);
            }

            foreach (var set in mentions)
            {
                change.Leave(set.Key, [.. set.Select(trace => (string)trace.Field!)]);
            }
        }

        foreach (var reaction in reactions)
        {
            if (ReactionTally.TryReadPairs(((ReadOnlyMemory<byte>)reaction.Value).Span, out var own))
            {
                change = Begin(change, ReactionKeys.Letter, reaction.MessageId);
                change.Expect(reaction.Key, reaction.Field, reaction.Value).Delete(reaction.Key, reaction.Field)
                    .Tally(reaction.Key, ReactionKeys.OfMessage(reaction.MessageId), int.MaxValue, "", [.. own.Select(kind => (kind.Emoji, -kind.Count))]).Line(user.Id);
            }
        }

        foreach (var thread in threads)
        {
            if (SummaryWithout((string)thread.Value!) is { } tail)
            {
                change = Begin(change, ThreadText.Letter, thread.MessageId);
                change.Expect(thread.Key, thread.Field, thread.Value).Line(RedisValue.EmptyString, tail).Keep(thread.Key, thread.Field);
            }
        }

        if (member is not null)
        {
            // Last, so that its revision is known.
            _changesMember = true;
            change = Begin(change, MemberEffects.MemberKind, user.Word);
            change.Expect(member.Key, member.Field, member.Value).Member(keys, room, before!, new RoomMember { User = user.Id }, by: null, Reason);
        }

        IsEmpty = change is null;
        return change;
    }

    private RoomChange Begin(RoomChange? change, char kind, RedisValue subject) =>
        change?.Event(kind, subject) ?? new RoomChange(keys, room, kind, subject, RoomPermit.Application);

    private string? PinWithout(string pin)
    {
        var space = pin.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && ErasureJson.DetailsWithout(pin[(space + 1)..], user.Id) is { } rest ? $"{pin[..space]} {(rest.Length == 0 ? "{}" : rest)}" : null;
    }

    private string? MemberWithout(string other, string text)
    {
        if (!MemberText.TryRead(other, text, out var member, out var revision))
        {
            return null;
        }

        var without = member with
        {
            Ban = Without(member.Ban),
            Mute = Without(member.Mute),
            Invitation = member.Invitation?.By == user.Id ? member.Invitation with { By = null } : member.Invitation,
        };
        return without == member ? null : $"{revision}{MemberText.Tail(without)}";
    }

    private Restriction? Without(Restriction? restriction) => restriction?.By == user.Id ? restriction with { By = null } : restriction;

    /// <summary>A thread's summary with the alias among those who replied last, without the revision that it begins with; <see langword="null"/> if the user is not among them.</summary>
    private string? SummaryWithout(string summary)
    {
        var lines = summary.Split('\n');
        var space = lines[0].IndexOf(' ', StringComparison.Ordinal);
        var isAmong = false;
        for (var i = 1; i < lines.Length; i++)
        {
            var end = lines[i].IndexOf(' ', StringComparison.Ordinal);
            if (end > 0 && lines[i][(end + 1)..] == user.Id)
            {
                isAmong = true;
                lines[i] = $"{lines[i][..end]} {alias}";
            }
        }

        return isAmong && space > 0 ? string.Join('\n', lines)[space..] : null;
    }
}
