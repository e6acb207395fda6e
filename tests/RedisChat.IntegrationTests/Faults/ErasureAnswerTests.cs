using RedisChat.IntegrationTests.Hostile;
using RedisChat.IntegrationTests.Redis.Erasure;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Answers of an erasure's steps are lost after the server has run them: the same call still completes it, and counts nothing twice.</summary>
public sealed class ErasureAnswerTests : OwnServerTestBase
{
    private const string User = "alice-the-erased";
    private const int MostCommands = 400;

    private static readonly TimeSpan Probe = TimeSpan.FromMilliseconds(100);

    [Theory]
    [InlineData(ErasureMode.Remove)]
    [InlineData(ErasureMode.Anonymize)]
    public async Task Whichever_answer_is_lost_the_call_completes_the_erasure(ErasureMode mode)
    {
        var all = await EraseAsync("test-all", mode, _ => false);
        all.Lost.Should().Be(0);
        var number = 0;
        for (var wasLost = true; wasLost; number++)
        {
            number.Should().BeLessThan(MostCommands);
            var lose = number;

            var (report, _, lost) = await EraseAsync($"test-{number}", mode, command => command == lose);

            wasLost = lost > 0;
            report.Findings!.Remaining.Should().BeEmpty("the answer of command {0} was lost", number);
            report.Rooms.Should().Be(all.Report.Rooms, "the answer of command {0} was lost", number);
            report.Messages.Should().Be(all.Report.Messages, "the answer of command {0} was lost", number);
            report.Passes.Should().BeInRange(2, 4, "the answer of command {0} was lost", number);
            (await RoomDump.TakeAsync(Admin, $"test-{number}")).Should().NotContain(
                line => line.Contains(User, StringComparison.Ordinal) || line.Contains(Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(User)), StringComparison.Ordinal),
                "the answer of command {0} was lost", number);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{mode}: each of {number - 1} answers was lost.");
        number.Should().BeGreaterThan(20);
    }

    [Theory]
    [InlineData(ErasureMode.Remove)]
    [InlineData(ErasureMode.Anonymize)]
    public async Task Many_lost_answers_change_no_result(ErasureMode mode)
    {
        const int Rooms = 60;
        const int Messages = 5;
        const int MostLost = 30;
        var chat = new Chat(Open());
        for (var room = 0; room < Rooms; room++)
        {
            await chat.SendManyAsync($"room {room}", [.. Enumerable.Range(0, 2 * Messages).Select(n => new NewMessage(n % 2 == 0 ? User : "bob", $"{n}"))], Cancelled);
        }

        await using var proxy = new LostAnswerProxy(Admin.GetEndPoints()[0], "chatroom:");
        var eraser = new Chat(Open(new RedisStoreOptions { LiveProbeInterval = Probe }, proxy: proxy.EndPoint), new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
        await eraser.GetAsync("another room", 1, Cancelled);
        proxy.Lose(command => command % 23 == 22 && proxy.Lost < MostLost);

        var report = await eraser.User(User).EraseAsync(new ErasureOptions { Mode = mode }, cancellationToken: Cancelled);

        TestContext.Current.TestOutputHelper?.WriteLine($"{mode}: {proxy.Lost} of {proxy.Commands} answers lost, {report.Messages} of {Rooms * Messages} messages counted, {report.Passes} passes.");
        proxy.Lost.Should().BeGreaterThan(10);
        report.Findings!.Remaining.Should().BeEmpty();
        report.Rooms.Should().Be(Rooms);
        report.Messages.Should().Be(Rooms * Messages);
        for (var room = 0; room < Rooms; room++)
        {
            var messages = (await chat.ReceiveAsync($"room {room}", cancellationToken: Cancelled)).Messages;
            messages.Where(message => message.User == "bob").Select(message => message.Text).Should().Equal(Enumerable.Range(0, Messages).Select(n => $"{(2 * n) + 1}"));
            messages.Where(message => message.User != "bob").Select(message => (message.User, message.Text))
                .Should().Equal(mode == ErasureMode.Remove ? [] : Enumerable.Range(0, Messages).Select(n => (report.Alias!, $"{2 * n}")));
            (await chat.SendAsync($"room {room}", User, "the room accepts writes again", Cancelled)).Id.Should().Be((2 * Messages) + 1);
        }
    }

    private async Task<(ErasureReport Report, int Commands, int Lost)> EraseAsync(string prefix, ErasureMode mode, Func<int, bool> loses)
    {
        var options = new RedisStoreOptions { KeyPrefix = prefix, LiveProbeInterval = Probe };
        await using var store = Open(options);
        await EveryFeature.UseAsync(new Chat(store, new ChatOptions { KeptVersions = 3 }), store, "lobby", User, "bob", Cancelled);
        await using var proxy = new LostAnswerProxy(Admin.GetEndPoints()[0], prefix + ":");
        await using var eraser = Open(options, proxy: proxy.EndPoint);
        var chat = new Chat(eraser, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
        await chat.GetAsync("another room", 1, Cancelled);
        proxy.Lose(loses);
        var report = await chat.User(User).EraseAsync(new ErasureOptions { Mode = mode }, cancellationToken: Cancelled);
        return (report, proxy.Commands, proxy.Lost);
    }
}
