extern alias tool;

using tool::RedisChat.Tool;

namespace RedisChat.IntegrationTests.CommandLine;

public sealed class ProgressReportTests : IDisposable
{
    private readonly Clock _clock = new();
    private readonly StringWriter _results = new() { NewLine = "\n" };
    private readonly StringWriter _errors = new() { NewLine = "\n" };

    [Fact]
    public void On_a_terminal_it_overwrites_its_line_ten_times_a_second_at_most()
    {
        var output = ToolOutput.To(_results, _errors, hasStatusLine: true);
        using (var progress = new ProgressReport(output, _clock, "messages"))
        {
            for (var n = 0; n < 1000; n++)
            {
                _clock.Now += TimeSpan.FromMilliseconds(1);
                progress.Report(n + 1, 5000);
            }

            output.Line("something else");
        }

        _results.ToString().Should().Be("something else\n");
        var shown = _errors.ToString().Split('\r', StringSplitOptions.RemoveEmptyEntries);
        shown.Should().HaveCount(11);
        shown[0].Should().Be("100 of 5,000 messages, 1,000/s, 5 s left\u001b[K");
        shown[9].Should().Be("1,000 of 5,000 messages, 1,000/s, 4 s left\u001b[K");
        shown[10].Should().Be("\u001b[K", "what is printed does not continue the line");
    }

    [Fact]
    public void In_a_file_it_is_a_plain_line_every_ten_seconds()
    {
        using (var progress = new ProgressReport(ToolOutput.To(_results, _errors), _clock, "messages"))
        {
            for (var n = 1; n <= 25; n++)
            {
                _clock.Now += TimeSpan.FromSeconds(1);
                progress.Report(n * 1000L);
            }
        }

        _errors.ToString().Should().Be("10,000 messages, 1,000/s\n20,000 messages, 1,000/s\n");
        _results.ToString().Should().BeEmpty();
    }

    [Theory]
    [InlineData("90d", 90 * 86_400)]
    [InlineData("12h", 43_200)]
    [InlineData("30m", 1800)]
    [InlineData("45s", 45)]
    [InlineData("0s", null)]
    [InlineData("5", null)]
    [InlineData("-5d", null)]
    [InlineData("1.5h", null)]
    [InlineData("999999999d", null)]
    [InlineData("1000000000d", null)]
    [InlineData("5w", null)]
    [InlineData("", null)]
    public void Lengths_of_time_are_a_number_and_a_unit(string text, int? seconds)
    {
        DurationText.TryParse(text, out var duration).Should().Be(seconds is not null);
        duration.Should().Be(TimeSpan.FromSeconds(seconds ?? 0));
    }

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(59, "59 s")]
    [InlineData(61, "1 min 1 s")]
    [InlineData(3600, "1 h")]
    [InlineData(90_000, "1 d 1 h")]
    public void Lengths_of_time_are_printed_in_their_largest_units(int seconds, string text) => DurationText.Format(TimeSpan.FromSeconds(seconds)).Should().Be(text);

    public void Dispose()
    {
        _results.Dispose();
        _errors.Dispose();
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
