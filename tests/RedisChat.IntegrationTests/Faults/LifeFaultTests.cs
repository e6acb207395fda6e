using RedisChat.Benchmarks.Life;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>The life of a chat, as <c>RedisChat.Benchmarks -- life</c> runs it at a larger scale.</summary>
public sealed class LifeFaultTests
{
    [Fact]
    public async Task A_chat_is_exported_imported_verified_erased_from_encrypted_and_archived_while_people_write_and_processes_are_killed()
    {
        if (RedisProcess.Program != "redis-server")
        {
            TestServer.SkipOrFail("The test starts and kills its own servers, but there is no redis-server on the PATH.");
        }

        await LifeRun.RunAsync(
            new LifeScale(20_000, 50, 10) { Pause = TimeSpan.FromMilliseconds(100), Words = 200 }, line => TestContext.Current.TestOutputHelper?.WriteLine(line));
    }
}
