using System.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Refuses a page to a reader who has no right to read: see <see cref="MessageQuery.Reader"/>. Read together with the page.</summary>
internal sealed class PagedRights(KeyNames keys, TimeProvider time) : IPageFeature
{
    public char Letter => RightLetters.HasRules;

    // The rules are those of the room that the thread belongs to, whose features are not read.
    public bool IsForEveryThread => true;

    public IPageAddition Begin(RoomReads reads, string room, MessageQuery query) => new Addition(this, reads, room, query.Reader);

    private sealed class Addition : IPageAddition
    {
        private readonly PagedRights _feature;
        private readonly string _room;
        private readonly string? _reader;
        private readonly Task? _rules;
        private readonly Task? _member;

        public Addition(PagedRights feature, RoomReads reads, string room, string? reader)
        {
            (_feature, _room, _reader) = (feature, room, reader);
            if (reader is not null)
            {
                _rules = reads.HashGetAsync(new RedisKeyOrValue[] { (RedisKey)feature.Keys.Rules(room), (RedisValue)RuleText.Field });
                _member = reads.HashGetAsync(new RedisKeyOrValue[] { (RedisKey)feature.Keys.RuledMembers(room), (RedisValue)reader });
                _rules.Observe();
                _member.Observe();
            }
        }

        public IPageFeature Feature => _feature;

        public void Ask(long from, long to)
        {
        }

        public async ValueTask<MessagePage> AddToAsync(MessagePage page)
        {
            if (_reader is null)
            {
                return page;
            }

            await _rules!.ConfigureAwait(false);
            await _member!.ConfigureAwait(false);
            MemberDecisions.CheckRight(Situation(out var member), member, RoomRights.Read);
            return page;
        }

        private MemberSituation Situation(out RoomMember member)
        {
            using var rules = HashValues.Of(_rules!);
            using var entry = HashValues.Of(_member!);
            var set = RuleSet.Open;
            member = new RoomMember { User = _reader! };
            if (rules.Read() is var field && field.TryNext(out var text) && !RuleText.TryRead(Encoding.UTF8.GetString(text), out set, out _))
            {
                throw RedisMembers.UnreadableRules(_feature.Keys, _room);
            }

            if (entry.Read() is var found && found.TryNext(out text) && !MemberText.TryRead(_reader!, Encoding.UTF8.GetString(text), out member, out _))
            {
                throw RedisMembers.UnreadableMember(_feature.Keys, _room);
            }

            // The end of a ban may be off by the difference of the clocks: a page is no write.
            return new MemberSituation { Rules = set, Target = member, Now = _feature.Time.GetUtcNow() };
        }
    }

    private KeyNames Keys => keys;

    private TimeProvider Time => time;
}
