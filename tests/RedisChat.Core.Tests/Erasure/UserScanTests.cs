using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;

namespace RedisChat.Tests.Erasure;

public sealed class UserScanTests
{
    private static readonly ChatOperation Step = new("test", "It failed");

    [Fact]
    public async Task A_small_chat_is_found_first_and_each_room_is_dealt_with_once_and_threads_first()
    {
        var thread = new ThreadId("a", 1).RoomId;
        var store = new Pages([new("a", ["1"]), new("b", ["2"])], [new("a", ["3", "1"]), new(thread, ["4"])]);

        var (dealt, reports) = await ScanAsync(store, mostPlaces: 100);

        dealt.Select(room => room.Room).Should().Equal(thread, "a", "b");
        dealt[1].Places.Should().Equal("1", "3", "1");
        reports.Should().Equal(3);
        store.DealtBetween.Should().BeFalse();
    }

    [Fact]
    public async Task Of_a_large_one_no_more_than_some_places_are_remembered()
    {
        var store = new Pages([.. Enumerable.Range(0, 10).Select(page => (FoundRoom[])[new("a", [$"{page}"]), new($"room {page}", [$"{page}"])])]);

        var (dealt, reports) = await ScanAsync(store, mostPlaces: 8);

        dealt.SelectMany(room => room.Places.Select(place => (room.Room, place))).Should().BeEquivalentTo(
            Enumerable.Range(0, 10).SelectMany(page => new[] { ("a", $"{page}"), ($"room {page}", $"{page}") }));
        dealt.Count(room => room.Room == "a").Should().Be(5, "after every second page");
        reports.Should().Equal(3, 3, 3, 3, 3);
        store.DealtBetween.Should().BeTrue();
    }

    [Fact]
    public async Task If_servers_are_replaced_meanwhile_everything_is_done_again()
    {
        var store = new Pages((FoundRoom[])[new("a", ["1"])]) { Restarts = 1 };
        var restarts = 0;

        var (dealt, _) = await ScanAsync(store, mostPlaces: 100, () => restarts++);

        dealt.Should().HaveCount(2);
        restarts.Should().Be(1);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 5)]
    public async Task If_they_are_replaced_again_and_again_or_nothing_can_be_repeated_it_fails(bool repeats, int rounds)
    {
        var store = new Pages((FoundRoom[])[new("a", ["1"])]) { Restarts = int.MaxValue };

        await Assert.ThrowsAsync<ChatUnavailableException>(() => ScanAsync(store, mostPlaces: 100, repeats ? () => { } : null));

        store.Dealt.Should().Be(rounds);
    }

    private static async Task<(List<FoundRoom> Dealt, List<int> Reports)> ScanAsync(Pages store, int mostPlaces, Action? restart = null)
    {
        var (dealt, reports) = (new List<FoundRoom>(), new List<int>());
        await UserScan.ForEachAsync(
            store, new OperationRunner(new ChatOptions(), TimeProvider.System, NullLogger.Instance), Step, "alice",
            (room, _) =>
            {
                store.Dealt++;
                dealt.Add(room);
                return default;
            },
            TestContext.Current.CancellationToken, reports.Add, atOnce: 1, mostPlaces, restart);
        return (dealt, reports);
    }

    /// <summary>Finds rooms, page by page.</summary>
    private sealed class Pages(params FoundRoom[][] pages) : IErasureStore
    {
        public int Dealt { get; set; }

        /// <summary>How many rooms are dealt with by servers that are replaced then.</summary>
        public int Restarts { get; init; }

        /// <summary>Whether a page was asked for after a room was dealt with.</summary>
        public bool DealtBetween { get; private set; }

        public ValueTask<FoundRooms> FindRoomsAsync(string? user, string? cursor, CancellationToken cancellationToken = default)
        {
            DealtBetween |= Dealt > 0;
            var page = cursor is null ? 0 : int.Parse(cursor, CultureInfo.InvariantCulture);
            return new(new FoundRooms(pages[page], page + 1 < pages.Length ? $"{page + 1}" : null));
        }

        public ValueTask<string> IdentifyServersAsync(CancellationToken cancellationToken = default) => new($"{Math.Min(Dealt, Restarts)}");

        public ValueTask<UserErasure> BeginErasureAsync(string user, ErasureMode mode, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<ErasedStep> EraseStepAsync(UserErasure erasure, FoundRoom room, string? cursor, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask EndErasureAsync(UserErasure erasure, IReadOnlyCollection<string> marked, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<SearchedStep> SearchAsync(string user, FoundRoom room, string? cursor, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<UserRecordsStep> ReadRecordsAsync(string user, FoundRoom room, string? cursor, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
