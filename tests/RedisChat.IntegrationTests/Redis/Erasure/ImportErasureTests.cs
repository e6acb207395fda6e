using RedisChat.IntegrationTests.Redis.Transfer;

namespace RedisChat.IntegrationTests.Redis.Erasure;

/// <summary>An erasure and an import that was interrupted: what it has not brought yet could name the user.</summary>
public sealed class ImportErasureTests(TestServer server) : TransferTestBase(server)
{
    [Fact]
    public async Task An_erasure_is_refused_before_anything_changes_until_the_import_is_complete()
    {
        await using var writer = await TransferChat.FillAsync(Source, Cancelled);
        await Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled);
        await new Chat(Target).SendAsync("another room", "bob", "hello", Cancelled);
        using var interrupting = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        await FluentActions.Awaiting(() => Transfer(Target).ImportAsync(Folder, progress: new AtFirst(interrupting.Cancel), cancellationToken: interrupting.Token)).Should().ThrowAsync<OperationCanceledException>();
        var keys = Connection.GetServers()[0].Keys(pattern: $"{TargetPrefix}:*:import").ToList();
        var open = keys.Should().ContainSingle().Which.ToString().Split('{', '}')[1];

        var erasing = () => new Chat(Target).User("bob").EraseAsync(cancellationToken: Cancelled);
        (await erasing.Should().ThrowAsync<ChatInputException>()).WithMessage("These rooms are being imported or migrated: *nothing was changed*");
        (await new Chat(Target).GetAsync("another room", 1, Cancelled)).Should().NotBeNull();
        open.Should().NotBeEmpty();

        await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled);
        Connection.GetServers()[0].Keys(pattern: $"{TargetPrefix}:*:import").Should().BeEmpty();
        (await Transfer(Target).VerifyAsync(Folder, cancellationToken: Cancelled)).Differences.Should().NotContain(difference => difference.Details.Contains("import", StringComparison.Ordinal));
        (await erasing()).Findings!.Remaining.Should().BeEmpty();
    }

    private sealed class AtFirst(Action act) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => act();
    }
}
