namespace RedisChat.Redis;

/// <summary>Adds reactions to pages.</summary>
internal sealed class PagedReactions(KeyNames keys) : IPageFeature
{
    public char Letter => ReactionKeys.Letter;

    public IPageAddition Begin(RoomReads reads, string room, MessageQuery query) => new Addition(this, new ReactionReader(reads, keys, room, query.Reader));

    private sealed class Addition(PagedReactions feature, ReactionReader reader) : IPageAddition
    {
        private long _from = 1;
        private long _to;

        public IPageFeature Feature => feature;

        public void Ask(long from, long to)
        {
            (_from, _to) = (from, to);
            var ids = new long[to - from + 1];
            for (var i = 0; i < ids.Length; i++)
            {
                ids[i] = from + i;
            }

            reader.Ask(ids);
        }

        public async ValueTask<MessagePage> AddToAsync(MessagePage page)
        {
            long[] missing = [.. page.Messages.Where(message => message.Id < _from || message.Id > _to).Select(message => message.Id)];
            reader.Ask(missing);
            var found = await reader.ReadAsync().ConfigureAwait(false);
            var reactions = page.Messages.Where(message => found.ContainsKey(message.Id)).ToDictionary(message => message.Id, message => found[message.Id].Reactions);
            return reactions.Count == 0 ? page : page with { Reactions = reactions };
        }
    }
}
