namespace RedisChat.Benchmarks.Life;

/// <summary>The chat is exported, imported into another server, and compared there with the export; then it is checked alone.</summary>
internal sealed class TransferPhase : ILifePhase
{
    // Of a line of an export, roughly.
    private const int BytesPerMessage = 200;

    public string Name => "transfer";

    public async Task RunAsync(LifeRun run, LifeChat chat)
    {
        await using var target = await LifeServer.StartAsync();
        var (export, from, to) = (Path.Combine(run.Directory, "export"), run.Source, target);
        LifeRun.RequireDone(await run.Faults.RunAsync(from, new DirectoryProbe(export, (long)run.Scale.Messages * BytesPerMessage), killsServer: true, repeats: false, "export", export, "--redis", from.Configuration));
        LifeRun.RequireDone(await run.Faults.RunAsync(to, new KeysProbe(to, await from.Server.DatabaseSizeAsync()), killsServer: true, repeats: false, "import", export, "--redis", to.Configuration));
        var compared = await run.Faults.RunAsync(to, new TrafficProbe(to), killsServer: true, repeats: true, "verify", export, "--redis", to.Configuration);
        LifeRun.Require(compared.ExitCode == 0 && compared.LastLine.EndsWith(": 0 differences.", StringComparison.Ordinal), compared.Output);
        await run.VerifyAsync(to);
        await run.VerifyAsync(from);

        // People go on writing, so only what nobody changes is the same on both servers.
        await using var imported = LifeChat.Open(to.Configuration, LifeRun.Patience);
        var (messages, digest) = await LifeHistory.CheckAsync(imported.Chat, run.Scale, sent: null);
        LifeRun.Require(digest == run.Digest, "The plain messages of the import are not those that were sent.");
        run.Say($"  export: {DirectoryProbe.SizeOf(export):N0} bytes; import: {messages:N0} messages in rooms, plain ones the same as at the source");
        Directory.Delete(export, recursive: true);
    }
}
