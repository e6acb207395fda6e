using RedisChat.Benchmarks.Texts;

namespace RedisChat.IntegrationTests.Allocations;

[Collection(AllocationCount.Name)]
public sealed class PageAllocationTests(TestServer server)
{
    private const int PageSize = 50;

    private readonly Chat _chat = new(new RedisMessageStore(server.ChatConnection, new RedisStoreOptions { KeyPrefix = $"test-{Guid.NewGuid():n}" }));

    [Fact]
    public async Task A_page_of_50_allocates_at_most_16_KiB_its_texts_included()
    {
        var texts = NaturalTexts.Embedded.Messages(seed: 5).Take(PageSize).ToList();
        await _chat.SendManyAsync("lobby", texts.ConvertAll(text => new NewMessage("alice", text)), TestContext.Current.CancellationToken);

        var bytes = await AllocationCount.BytesEachAsync(500, () => _chat.ReceiveAsync("lobby"));

        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes:0} B, of these {texts.Sum(text => 22 + (2 * text.Length))} B of texts");
        bytes.Should().BeLessThanOrEqualTo(16 * 1024);
    }
}
