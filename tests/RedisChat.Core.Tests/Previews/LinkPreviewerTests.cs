using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace RedisChat.Tests.Previews;

/// <summary>The application's previewer: what it gets, how long, and what its failures do.</summary>
public sealed class LinkPreviewerTests
{
    private const string Secret = "secret.example";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_gets_the_first_links_of_a_message_one_after_the_other_after_the_send_has_returned()
    {
        var gate = new TaskCompletionSource();
        var previewer = new Previewer(async (link, _) =>
        {
            await gate.Task;
            return new LinkPreview { Address = "https://else.example", Title = link.Host };
        });
        var chat = new Chat(new InMemoryMessageStore(), previewer: previewer);
        var text = string.Join(' ', Enumerable.Range(0, 8).Select(n => $"https://{n}.example"));

        await chat.SendAsync("lobby", "alice", text, Cancelled);
        (await chat.GetAsync("lobby", 1, Cancelled))!.Previews.Should().BeEmpty();
        gate.SetResult();
        var previews = await PreviewsAsync(chat);

        previews.Select(preview => (preview.Address, preview.Title)).Should().Equal(Enumerable.Range(0, ChatLimits.MaxLinkPreviews).Select(n => ($"https://{n}.example", $"{n}.example")));
        previewer.Links.Select(link => link.Host).Should().Equal(Enumerable.Range(0, ChatLimits.MaxLinkPreviews).Select(n => $"{n}.example"));
        previewer.MostAtOnce.Should().Be(1);
    }

    [Fact]
    public async Task Its_failures_are_logged_without_the_link_and_leave_the_other_previews()
    {
        var log = new RecordedLog();
        var previewer = new Previewer((link, token) => link.AbsolutePath switch
        {
            "/throws" => throw new HttpRequestException($"No {link}"),
            "/sleeps" => WaitAsync(token),
            "/ignores" => WaitAsync(CancellationToken.None),
            "/long" => Task.FromResult<LinkPreview?>(new LinkPreview { Address = "", Title = new string('x', ChatLimits.MaxPreviewTitleBytes + 1) }),
            "/script" => Task.FromResult<LinkPreview?>(new LinkPreview { Address = "", Title = "x", Image = "javascript:alert(1)" }),
            _ => Task.FromResult<LinkPreview?>(new LinkPreview { Address = "", Title = "good" }),
        });
        var chat = new Chat(new InMemoryMessageStore(), new ChatOptions { Previews = { Timeout = TimeSpan.FromMilliseconds(50) } }, logger: log, previewer: previewer);

        foreach (var path in new[] { "throws", "sleeps", "ignores", "long", "script" })
        {
            await chat.SendAsync(path, "alice", $"https://{Secret}/{path} https://{Secret}/good", Cancelled);
            (await PreviewsAsync(chat, path)).Should().ContainSingle().Which.Title.Should().Be("good", path);
        }

        log.Entries.Where(entry => entry.Event == "PreviewFailed").Should().HaveCount(5).And.OnlyContain(entry => entry.Level == LogLevel.Warning && entry.Text.Contains(nameof(Previewer)));
        log.Entries.Where(entry => entry.Level > LogLevel.Trace).Should().NotContain(entry => entry.Text.Contains(Secret) || $"{entry.Error}".Contains(Secret));

        static async Task<LinkPreview?> WaitAsync(CancellationToken token)
        {
            await Task.Delay(Timeout.Infinite, token);
            return null;
        }
    }

    [Fact]
    public async Task Messages_beyond_the_bound_stay_without()
    {
        var gate = new TaskCompletionSource();
        var log = new RecordedLog();
        var previewer = new Previewer(async (link, _) =>
        {
            await gate.Task;
            return new LinkPreview { Address = "", Title = link.Host };
        });
        var chat = new Chat(new InMemoryMessageStore(), new ChatOptions { Previews = { MaxPending = 2, MaxConcurrent = 1 } }, logger: log, previewer: previewer);
        await chat.SendAsync("lobby", "alice", "https://0.example", Cancelled);
        await previewer.Begun.WaitAsync(Patience, Cancelled);

        await chat.SendManyAsync("lobby", [.. Enumerable.Range(1, 4).Select(n => new NewMessage("alice", $"https://{n}.example"))], Cancelled);
        gate.SetResult();
        await UntilAsync(chat, "lobby", previews => previews.Count == 3);

        log.Entries.Where(entry => entry.Event == "PreviewFailed").Should().HaveCount(2);
        (await chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Select(message => message.Previews.Count).Should().Equal(1, 1, 1, 0, 0);

        // There is room again.
        await chat.SendAsync("lobby", "alice", "https://5.example", Cancelled);
        (await UntilAsync(chat, "lobby", previews => previews.ContainsKey(6)))[6].Should().ContainSingle();
        previewer.MostAtOnce.Should().Be(1);
    }

    [Fact]
    public async Task A_message_without_links_and_a_repetition_do_not_reach_it()
    {
        var previewer = new Previewer((_, _) => Task.FromResult<LinkPreview?>(null));
        var chat = new Chat(new InMemoryMessageStore(), previewer: previewer);

        await chat.SendAsync("lobby", "alice", "nothing", Cancelled);
        await chat.SendAsync("lobby", new NewMessage("alice", "") { Attachments = [new Attachment { Kind = "file", Name = "a", MediaType = "a/b", Size = 1, Address = "https://a.example" }] }, Cancelled);
        await chat.SendAsync("lobby", "alice", "https://last.example", Cancelled);
        await previewer.Begun.WaitAsync(Patience, Cancelled);

        previewer.Links.Single().Host.Should().Be("last.example");
    }

    /// <summary>Waits for the previews of a room's first message.</summary>
    private static async Task<LinkPreviewList> PreviewsAsync(Chat chat, string room = "lobby") => (await UntilAsync(chat, room, previews => previews.ContainsKey(1)))[1];

    /// <summary>Waits until a condition holds for the messages of a room that have previews.</summary>
    private static async Task<Dictionary<long, LinkPreviewList>> UntilAsync(Chat chat, string room, Predicate<Dictionary<long, LinkPreviewList>> condition)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        end.CancelAfter(Patience);
        var previews = new Dictionary<long, LinkPreviewList>();
        await foreach (var happened in chat.WatchAsync(room, RoomPosition.Start, end.Token))
        {
            var (id, some) = happened switch
            {
                RoomEvent.Created { Message: var message } => (message.Id, message.Previews),
                RoomEvent.PreviewsChanged changed => (changed.MessageId, changed.Previews),
                _ => default,
            };
            if (some.Count > 0)
            {
                previews[id] = some;
            }

            if (condition(previews))
            {
                break;
            }
        }

        return previews;
    }

    private sealed class Previewer(Func<Uri, CancellationToken, Task<LinkPreview?>> preview) : ILinkPreviewer
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _running;

        public ConcurrentQueue<Uri> Links { get; } = new();

        /// <summary>Completes when it has got its first link.</summary>
        public Task Begun => _begun.Task;

        public int MostAtOnce { get; private set; }

        public async ValueTask<LinkPreview?> PreviewAsync(Uri link, CancellationToken cancellationToken = default)
        {
            Links.Enqueue(link);
            _begun.TrySetResult();
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _running));
            try
            {
                return await preview(link, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }
        }
    }
}
