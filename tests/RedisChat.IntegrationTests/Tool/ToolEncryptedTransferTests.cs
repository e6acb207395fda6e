using RedisChat.IntegrationTests.Sample;
using RedisChat.Redis;

namespace RedisChat.IntegrationTests.CommandLine;

/// <summary><c>redischat export</c>, <c>import</c> and <c>verify</c> of an encrypted chat, with and without <c>--keys</c>.</summary>
public sealed class ToolEncryptedTransferTests(TestServer server) : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("redischat-transfer-");
    private readonly string _source = $"test-{Guid.NewGuid():n}";
    private readonly string _target = $"test-{Guid.NewGuid():n}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Export => Path.Combine(_folder.FullName, "export");

    private string KeyFile => Path.Combine(_folder.FullName, "keys");

    public async ValueTask InitializeAsync()
    {
        await using var store = new RedisMessageStore(
            RedisConnection.Shared(server.Connection), new RedisStoreOptions { KeyPrefix = _source, SealAfter = 1 }, null, encryption: new ChatEncryption(new FileKeyRing(KeyFile), rooms: null));
        var chat = new Chat(store);
        foreach (var numbers in Enumerable.Range(1, 600).Chunk(ChatLimits.MaxBatchSize))
        {
            await chat.SendManyAsync("lobby", [.. numbers.Select(n => new NewMessage(n % 2 == 0 ? "alice" : "bob", $"secret {n}"))], Cancelled);
        }

        await chat.User("alice").Drafts.SaveAsync("lobby", "secret draft", cancellationToken: Cancelled);
        await store.SealedAsync();
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return default;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_encrypted_chat_is_imported_and_can_be_read_with_its_keys(bool hasKeysWhileImporting)
    {
        string[] keys = ["--keys", KeyFile];
        var refused = await RunAsync(_source, "export", Export);
        refused.ExitCode.Should().Be(1);
        refused.Errors[^1].Should().Contain("encrypted").And.EndWith("With redischat: --keys FILE.");
        await DoneAsync(_source, ["export", Export, .. keys]);
        foreach (var file in Directory.EnumerateFiles(Export))
        {
            (await File.ReadAllTextAsync(file, Cancelled)).Should().NotContain("secret");
        }

        var imported = await DoneAsync(_target, ["import", Export, .. hasKeysWhileImporting ? keys : []]);

        imported.Output.Should().Equal("2 rooms, threads and users imported, 0 skipped.");
        (await server.Connection.GetDatabase().HashLengthAsync($"{_target}:{{lobby}}:sealed")).Should().Be(hasKeysWhileImporting ? 3 : 0);
        (await DoneAsync(_target, ["import", Export, .. keys])).Output.Should().Equal("0 rooms, threads and users imported, 2 skipped.");
        (await DoneAsync(_target, ["verify", Export, .. keys])).Output.Should().ContainSingle().Which.Should().EndWith(": 0 differences.");
        (await DoneAsync(_target, ["verify", .. keys])).Output.Should().ContainSingle().Which.Should().EndWith(": 0 differences.");
        (await DoneAsync(_target, ["show", "lobby", "--before", "100", "--limit", "1", .. keys])).Output[^1].Should().EndWith("bob: secret 99");
        (await DoneAsync(_target, ["tail", "lobby", "--no-follow", .. keys])).Output.Should().HaveCount(600).And.OnlyContain(line => line.Contains(": secret ", StringComparison.Ordinal));
        (await RunAsync(_target, "show", "lobby")).Errors[^1].Should().EndWith("With redischat: --keys FILE.");
    }

    [Fact]
    public async Task Keys_that_are_not_there_are_refused_before_anything_is_written()
    {
        await DoneAsync(_source, ["export", Export, "--keys", KeyFile]);
        var missing = Path.Combine(_folder.FullName, "none");

        var run = await RunAsync(_target, "import", Export, "--keys", missing);

        run.ExitCode.Should().Be(1);
        run.Errors.Should().Equal($"There is no file '{missing}': --keys names the application's file with master keys.");
        File.Exists(missing).Should().BeFalse();
        (await server.Connection.GetDatabase().KeyExistsAsync($"{_target}:{{lobby}}")).Should().BeFalse();
    }

    private async Task<ConsoleRun> DoneAsync(string prefix, string[] arguments)
    {
        var run = await RunAsync(prefix, arguments);
        run.ExitCode.Should().Be(0, string.Join('\n', run.Output.Concat(run.Errors)));
        return run;
    }

    // With all rights: an import needs more than a chat.
    private Task<ConsoleRun> RunAsync(string prefix, params string[] arguments)
    {
        _ = server.Connection;
        return ToolProcess.RunWithAsync([new("REDISCHAT_REDIS", server.AdminConfiguration!)], [], [.. arguments, "--prefix", prefix]);
    }
}
