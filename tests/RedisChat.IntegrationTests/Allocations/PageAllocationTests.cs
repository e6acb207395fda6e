using RedisChat.Benchmarks.Texts;

namespace RedisChat.IntegrationTests.Allocations;

public sealed class PageAllocationTests(TestServer server)
{
    private const int PageSize = 50;

    [Fact]
    public Task A_page_of_50_allocates_at_most_16_KiB_including_its_texts() =>
        OwnProcess.RunAsync(server, async () =>
        {
            var chat = new Chat(new RedisMessageStore(server.ChatConnection, new RedisStoreOptions { KeyPrefix = $"test-{Guid.NewGuid():n}" }));
            var texts = NaturalTexts.Embedded.Messages(seed: 5).Take(PageSize).ToList();
            await chat.SendManyAsync("lobby", texts.ConvertAll(text => new NewMessage("alice", text)));

            var bytes = await AllocatedBytes.EachAsync(500, () => chat.ReceiveAsync("lobby"));

            TestContext.Current.TestOutputHelper?.WriteLine($"{bytes:0} B, of these {texts.Sum(text => 22 + (2 * text.Length))} B of texts");
            bytes.Should().BeLessThanOrEqualTo(16 * 1024);
        });
}
