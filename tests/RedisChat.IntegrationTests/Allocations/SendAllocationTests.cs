namespace RedisChat.IntegrationTests.Allocations;

public sealed class SendAllocationTests(TestServer server)
{
    private static readonly string Text = string.Concat(Enumerable.Repeat("What a send allocates. ", 6))[..120];

    private readonly Chat _chat = new(new RedisMessageStore(server.ChatConnection, new RedisStoreOptions { KeyPrefix = $"test-{Guid.NewGuid():n}" }));

    [Fact]
    public Task A_send_allocates_at_most_800_bytes() =>
        OwnProcess.RunAsync(server, async () =>
        {
            var bytes = await AllocatedBytes.EachAsync(1000, () => _chat.SendAsync("lobby", "alice", Text, CancellationToken.None));

            TestContext.Current.TestOutputHelper?.WriteLine($"{bytes:0} B");
            bytes.Should().BeLessThanOrEqualTo(800);
        });

    [Fact]
    public Task Combined_sends_allocate_little_more_each() =>
        OwnProcess.RunAsync(server, async () =>
        {
            var sends = new Task<MessageReceipt>[50];
            var bytes = await AllocatedBytes.EachAsync(
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
        });
}
