namespace RedisChat.IntegrationTests.Allocations;

[Collection(AllocationCount.Name)]
public sealed class SendAllocationTests(TestServer server)
{
    private static readonly string Text = string.Concat(Enumerable.Repeat("What a send allocates. ", 6))[..120];

    private readonly Chat _chat = new(new RedisMessageStore(server.ChatConnection, new RedisStoreOptions { KeyPrefix = $"test-{Guid.NewGuid():n}" }));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_send_allocates_at_most_800_bytes()
    {
        var bytes = await AllocationCount.BytesEachAsync(1000, () => _chat.SendAsync("lobby", "alice", Text, CancellationToken.None));

        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes:0} B");
        bytes.Should().BeLessThanOrEqualTo(800);
    }

    [Fact]
    public async Task Sends_that_go_together_allocate_no_more_than_that_by_much()
    {
        var sends = new Task<MessageReceipt>[50];

        var bytes = await AllocationCount.BytesEachAsync(
            100,
            () =>
            {
                for (var i = 0; i < sends.Length; i++)
                {
                    sends[i] = _chat.SendAsync("lobby", "alice", Text, CancellationToken.None);
                }

                return Task.WhenAll(sends);
            });

        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes / sends.Length:0} B");
        (bytes / sends.Length).Should().BeLessThanOrEqualTo(900);
    }
}
