using System.Globalization;

namespace RedisChat.Tests.Search;

/// <summary>A search that finds only what the user may not see ends, and can be continued.</summary>
public sealed class SearchBoundTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_search_in_a_large_hidden_room_ends_with_a_cursor_and_is_continued_there()
    {
        var index = new HiddenIndex();
        var chat = new Chat(new InMemoryMessageStore(), index: index);
        await chat.Room("hidden").Rules.ChangeAsync(Actor.Application, _ => RuleSet.MembersOnly, Cancelled);
        var search = new MessageSearch("tea") { Limit = 7 };

        var first = await chat.User("bob").Search.FindAsync(search, cancellationToken: Cancelled);

        first.Hits.Should().BeEmpty();
        index.Returned.Should().Be(10_000);
        first.Cursor.Should().Be((HiddenIndex.Hits - 9_999).ToString("x", CultureInfo.InvariantCulture));
        (await chat.User("bob").Search.FindAsync(search with { Cursor = first.Cursor }, cancellationToken: Cancelled)).Should().BeEquivalentTo(new SearchPage { Hits = [] });
        index.Returned.Should().Be((int)HiddenIndex.Hits);
    }

    /// <summary>Has many hits, all in one room.</summary>
    private sealed class HiddenIndex : IMessageIndex
    {
        public const long Hits = 12_345;

        public int Returned { get; private set; }

        public ValueTask<IReadOnlyList<string>> ListRoomsAsync(CancellationToken cancellationToken = default) => new(["hidden"]);

        public ValueTask<RoomPosition?> ReadPositionAsync(string room, CancellationToken cancellationToken = default) => new(RoomPosition.Start);

        public ValueTask<bool> ApplyAsync(IndexBatch batch, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<IndexHit>> FindAsync(IndexQuery query, CancellationToken cancellationToken = default)
        {
            var places = Enumerable.Range(1, (int)((query.Before ?? Hits + 1) - 1)).Reverse().Take(query.Limit);
            IReadOnlyList<IndexHit> hits = [.. places.Select(place => new IndexHit("hidden", place, place))];
            Returned += hits.Count;
            return new(hits);
        }

        public ValueTask<IReadOnlyList<IReadOnlyList<TextRange>>> HighlightAsync(string search, IReadOnlyList<string> texts, CancellationToken cancellationToken = default) =>
            new([.. texts.Select(_ => Array.Empty<TextRange>())]);
    }
}
