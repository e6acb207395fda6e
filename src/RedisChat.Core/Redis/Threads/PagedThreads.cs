namespace RedisChat.Redis;

/// <summary>Adds threads to pages.</summary>
internal sealed class PagedThreads(KeyNames keys) : IPageFeature
{
    public char Letter => ThreadText.Letter;

    public IPageAddition Begin(RoomReads reads, string room, MessageQuery query) => new Addition(this, new ThreadReader(reads, keys, room));

    private sealed class Addition(PagedThreads feature, ThreadReader reader) : IPageAddition
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
            reader.Ask([.. page.Messages.Where(message => message.Id < _from || message.Id > _to).Select(message => message.Id)]);
            var found = await reader.ReadAsync().ConfigureAwait(false);
            var threads = page.Messages.Where(message => found.ContainsKey(message.Id)).ToDictionary(message => message.Id, message => found[message.Id].Thread);
            return threads.Count == 0 ? page : page with { Threads = threads };
        }
    }
}
