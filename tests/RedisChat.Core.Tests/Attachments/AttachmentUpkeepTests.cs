namespace RedisChat.Tests.Attachments;

/// <summary>The reports of what messages no longer refer to, to an application that refuses some.</summary>
public sealed class AttachmentUpkeepTests
{
    private readonly Notices _notices = new();
    private readonly Application _application = new();
    private readonly Clock _clock = new();
    private readonly AttachmentUpkeep _upkeep;

    public AttachmentUpkeepTests() => _upkeep = new AttachmentUpkeep(_notices, _application, new OperationRunner(new ChatOptions(), _clock, new RecordedLog()));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task However_many_are_refused_the_others_are_reported_after_a_few_pauses()
    {
        _application.Refuses = address => address < 1000;
        _notices.Add(Enumerable.Range(0, 1000).Append(1000));

        var pauses = 0;
        while (_application.Reported.Count == 0)
        {
            // Each visit reports a hundred that were not refused before, together and one by one.
            _clock.Now += (await _upkeep.RunAsync("room", Cancelled))!.Value;
            pauses++;
        }

        (pauses, _application.Calls).Should().Be((11, (10 * 101) + 1));
        _notices.Left.Should().Be(1000);
    }

    [Fact]
    public async Task A_new_one_does_not_wait_for_the_pause_of_those_that_were_refused()
    {
        _application.Refuses = address => address < 150;
        _notices.Add(Enumerable.Range(0, 150));
        _clock.Now += (await _upkeep.RunAsync("room", Cancelled))!.Value;
        var pause = (await _upkeep.RunAsync("room", Cancelled))!.Value;
        pause.Should().Be(TimeSpan.FromSeconds(2), "two visits reported nothing");
        var calls = _application.Calls;

        _notices.Add([150]);
        (await _upkeep.RunAsync("room", Cancelled)).Should().Be(TimeSpan.Zero);
        (await _upkeep.RunAsync("room", Cancelled)).Should().Be(pause);

        _application.Reported.Should().Equal(150);
        _application.Calls.Should().Be(calls + 1, "the others are not reported again before their pause is over");
    }

    [Fact]
    public async Task Those_that_were_refused_are_reported_again_until_they_are_accepted()
    {
        _application.Refuses = _ => true;
        _notices.Add(Enumerable.Range(0, 250));
        var pauses = new List<double>();
        for (var visit = 0; visit < 12; visit++)
        {
            var pause = (await _upkeep.RunAsync("room", Cancelled))!.Value;
            pauses.Add(pause.TotalSeconds);
            _clock.Now += pause;
        }

        pauses.Should().Equal(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512, 512);
        _application.Tries.Values.Should().OnlyContain(tries => tries >= 4, "each has its turn");
        _application.Refuses = _ => false;
        while (await _upkeep.RunAsync("room", Cancelled) is { } wait)
        {
            wait.Should().Be(TimeSpan.Zero, "nothing is refused any more");
        }

        _application.Reported.Should().BeEquivalentTo(Enumerable.Range(0, 250));
        _notices.Left.Should().Be(0);
        (await _upkeep.RunAsync("room", Cancelled)).Should().BeNull();
    }

    [Fact]
    public async Task One_that_spoils_a_hundred_is_found_at_once()
    {
        _application.Refuses = address => address == 42;
        _notices.Add(Enumerable.Range(0, 220));

        for (TimeSpan? wait = TimeSpan.Zero; wait == TimeSpan.Zero;)
        {
            wait = await _upkeep.RunAsync("room", Cancelled);
        }

        _application.Reported.Should().BeEquivalentTo(Enumerable.Range(0, 220).Where(address => address != 42));
        _application.Calls.Should().Be(101 + 2);
    }

    [Fact]
    public async Task What_was_not_tried_because_the_store_took_too_long_does_not_count_as_refused()
    {
        _application.Refuses = address =>
        {
            _clock.Now += address == 0 ? TimeSpan.FromMinutes(10) : TimeSpan.Zero;
            return address == 0;
        };
        _notices.Add(Enumerable.Range(0, 50));
        var pause = (await _upkeep.RunAsync("room", Cancelled))!.Value;
        pause.Should().BePositive("nothing was reported");
        _application.Calls.Should().Be(2, "the first one took longer than the claim");

        (await _upkeep.RunAsync("room", Cancelled)).Should().Be(TimeSpan.Zero);

        _application.Reported.Should().Equal(Enumerable.Range(1, 49));
        _application.Calls.Should().Be(3, "the others were reported together and without the one that was refused");
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromHours(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }

    /// <summary>Notices in one order, as a store may return them each time.</summary>
    private sealed class Notices : IAttachmentNoticeStore
    {
        private readonly List<AttachmentNotice> _notices = [];

        public int Left => _notices.Count;

        public void Add(IEnumerable<int> addresses) => _notices.AddRange(addresses.Select(address => new AttachmentNotice(
            $"{address}", "room", 1, [new Attachment { Kind = "file", Name = "a", MediaType = "text/plain", Size = 1, Address = $"{address}" }], ReleaseReason.Deleted)));

        public void KeepNotices()
        {
        }

        public ValueTask<IReadOnlyList<AttachmentNotice>> ReadNoticesAsync(string room, int limit, CancellationToken cancellationToken = default) => new([.. _notices.Take(limit)]);

        public ValueTask RemoveNoticesAsync(string room, IReadOnlyList<AttachmentNotice> notices, CancellationToken cancellationToken = default)
        {
            _notices.RemoveAll(notices.Contains);
            return default;
        }
    }

    private sealed class Application : IAttachmentStore
    {
        public Predicate<int> Refuses { get; set; } = _ => false;

        public List<int> Reported { get; } = [];

        public Dictionary<int, int> Tries { get; } = [];

        public int Calls { get; private set; }

        public ValueTask ReleasedAsync(IReadOnlyList<ReleasedAttachment> attachments, CancellationToken cancellationToken = default)
        {
            Calls++;
            var addresses = attachments.Select(released => int.Parse(released.Attachment.Address, System.Globalization.CultureInfo.InvariantCulture)).ToList();
            foreach (var address in addresses)
            {
                Tries[address] = Tries.GetValueOrDefault(address) + 1;
            }

            if (addresses.Exists(Refuses))
            {
                throw new IOException("no");
            }

            Reported.AddRange(addresses);
            return default;
        }
    }
}
