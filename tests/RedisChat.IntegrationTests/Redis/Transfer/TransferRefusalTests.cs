using System.Text.Json.Nodes;

namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>Imports that are refused write nothing, and say why and what to do.</summary>
public sealed class TransferRefusalTests(TestServer server) : TransferTestBase(server)
{
    [Fact]
    public async Task A_room_of_another_history_is_refused_by_name_before_anything_is_written()
    {
        await ExportAsync();
        await new Chat(Target).SendAsync("b", "alice", "another history", Cancelled);
        var before = await TransferDump.OfAsync(Connection, TargetPrefix);

        var dry = await Transfer(Target).ImportAsync(Folder, new ImportOptions { DryRun = true }, cancellationToken: Cancelled);
        (dry.Imported, dry.Skipped, dry.RefusedCount).Should().Be((2, 0, 1));
        dry.Refused.Should().ContainSingle().Which.Should().StartWith("room b exists, and is a different room from the exported one. Delete it");
        (await RefusalAsync()).Should().Contain("nothing was written").And.Contain("room b exists");
        (await TransferDump.OfAsync(Connection, TargetPrefix)).Should().Equal(before);

        await new Chat(Target).Rooms.DeleteAsync("b", Actor.Application, cancellationToken: Cancelled);
        (await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled)).Imported.Should().Be(3);
        await new Chat(Source).SendAsync("b", "alice", "one more", Cancelled);
        (await RefusalAsync(Source)).Should().Contain("room b exists, and was changed since it was exported");
    }

    [Fact]
    public async Task An_export_whose_files_are_not_as_they_were_written_is_refused_before_anything_is_written()
    {
        await ExportAsync();
        var file = Path.Combine(Folder, "000001.ndjson");
        var content = await File.ReadAllBytesAsync(file, Cancelled);

        await File.WriteAllBytesAsync(file, [.. content[..100], (byte)(content[100] ^ 1), .. content[101..]], Cancelled);
        (await RefusalAsync()).Should().Contain("000001.ndjson").And.Contain("not as it was written");
        await File.WriteAllBytesAsync(file, content[..^20], Cancelled);
        (await RefusalAsync()).Should().Contain("000001.ndjson");
        File.Delete(file);
        (await RefusalAsync()).Should().Contain("000001.ndjson").And.Contain("cannot be read");
        await File.WriteAllBytesAsync(file, content, Cancelled);
        await File.AppendAllTextAsync(Path.Combine(Folder, "index.ndjson"), "\n", Cancelled);
        (await RefusalAsync()).Should().Contain("index.ndjson");
        (await TransferDump.OfAsync(Connection, TargetPrefix)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("b")]
    [InlineData("c")]
    public async Task An_export_that_lacks_the_end_of_a_room_is_refused_by_import_and_verification(string room)
    {
        await ExportAsync();
        await InterruptedExport.RemoveAsync(
            Folder,
            lines =>
            {
                lines.RemoveAt(lines.FindIndex(lines.FindIndex(line => line.StartsWith($"{{\"f\":\"room\",\"k\":\"{room}\"", StringComparison.Ordinal)), line => line.StartsWith("{\"f\":\"end\"", StringComparison.Ordinal)));
                return lines;
            },
            Cancelled);

        (await RefusalAsync()).Should().StartWith($"The export is damaged: its index names room {room}, and its files lack the end of it.");
        await FluentActions.Awaiting(() => Transfer(Source).VerifyAsync(Folder, cancellationToken: Cancelled)).Should().ThrowAsync<ChatTransferException>().WithMessage($"*index names room {room}*");
    }

    [Fact]
    public async Task An_export_that_lacks_a_room_of_its_index_is_refused()
    {
        await ExportAsync();
        await InterruptedExport.RemoveAsync(Folder, lines => lines[..lines.FindIndex(line => line.StartsWith("{\"f\":\"room\",\"k\":\"c\"", StringComparison.Ordinal))], Cancelled);

        (await RefusalAsync()).Should().Contain("its index names room c");
    }

    [Theory]
    [InlineData("format", "2", "format 2*later version")]
    [InlineData("complete", "false", "interrupted")]
    [InlineData("facts", """{"message":1,"hologram":2}""", "'hologram'*later one")]
    [InlineData("files", """[{"name":"../x","bytes":1,"sha256":""}]""", "manifest.json")]
    [InlineData(null, "{", "cannot be read")]
    public async Task A_manifest_that_is_not_of_a_complete_export_of_this_version_is_refused(string? property, string value, string problem)
    {
        await ExportAsync();
        var path = Path.Combine(Folder, "manifest.json");
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(path, Cancelled))!.AsObject();
        if (property is not null)
        {
            manifest[property] = JsonNode.Parse(value);
        }

        await File.WriteAllTextAsync(path, property is null ? value : manifest.ToJsonString(), Cancelled);

        (await RefusalAsync()).Should().Match($"*{problem}*");
        (await TransferDump.OfAsync(Connection, TargetPrefix)).Should().BeEmpty();
    }

    [Fact]
    public async Task Unknown_properties_of_a_later_minor_version_are_ignored()
    {
        await ExportAsync();
        var path = Path.Combine(Folder, "manifest.json");
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(path, Cancelled))!.AsObject();
        manifest["future"] = "x";
        await File.WriteAllTextAsync(path, manifest.ToJsonString(), Cancelled);

        (await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled)).Imported.Should().Be(3);
    }

    [Fact]
    public async Task A_directory_with_something_else_is_not_touched()
    {
        Directory.CreateDirectory(Folder);
        await File.WriteAllTextAsync(Path.Combine(Folder, "mine.txt"), "mine", Cancelled);

        await FluentActions.Awaiting(() => Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled)).Should().ThrowAsync<ChatTransferException>().WithMessage("*not empty*");
        (await RefusalAsync()).Should().Contain("not an export");
        Directory.EnumerateFileSystemEntries(Folder).Should().ContainSingle();
    }

    [Fact]
    public async Task A_complete_export_is_not_continued_and_an_interrupted_one_only_with_the_same_options()
    {
        await ExportAsync();
        await FluentActions.Awaiting(() => Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled)).Should().ThrowAsync<ChatTransferException>().WithMessage("*already holds a complete export*");

        var path = Path.Combine(Folder, "manifest.json");
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path, Cancelled)).Replace("\"complete\": true", "\"complete\": false", StringComparison.Ordinal), Cancelled);
        await FluentActions.Awaiting(() => Transfer(Source).ExportAsync(Folder, new ExportOptions { Compress = true }, cancellationToken: Cancelled))
            .Should().ThrowAsync<ChatTransferException>().WithMessage("*other options*");
        (await Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled)).Rooms.Should().Be(3);
    }

    [Fact]
    public async Task An_export_waits_for_the_erasure_of_a_user_and_another_one_into_its_directory_is_refused()
    {
        await new Chat(Source).SendAsync("a", "alice", "hello", Cancelled);
        await Database.HashSetAsync($"{SourcePrefix}:{{a}}", [new("uses", "z"), new("erasing", "0 bob")]);
        Directory.CreateDirectory(Folder);
        using var watcher = new FileSystemWatcher(Folder, "manifest.json");
        var begun = new TaskCompletionSource();
        watcher.Created += (_, _) => begun.TrySetResult();
        watcher.Renamed += (_, _) => begun.TrySetResult();
        watcher.EnableRaisingEvents = true;

        var exporting = Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled);
        await Task.WhenAny(begun.Task, exporting);
        await FluentActions.Awaiting(() => Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled)).Should().ThrowAsync<ChatTransferException>().WithMessage("Another export*");
        await Database.HashDeleteAsync($"{SourcePrefix}:{{a}}", ["uses", "erasing"]);
        (await exporting).Rooms.Should().Be(1);

        (await File.ReadAllTextAsync(Path.Combine(Folder, "000001.ndjson"), Cancelled)).Should().NotContain("erasing");
        Directory.EnumerateFiles(Folder).Select(Path.GetFileName).Should().BeEquivalentTo("manifest.json", "index.ndjson", "000001.ndjson");
    }

    [Fact]
    public async Task What_others_have_put_into_the_directory_of_an_interrupted_export_stays()
    {
        await ExportAsync();
        var path = Path.Combine(Folder, "manifest.json");
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path, Cancelled)).Replace("\"complete\": true", "\"complete\": false", StringComparison.Ordinal), Cancelled);
        foreach (var name in new[] { "notes.txt", "x000007.ndjson", "000007.ndjson.bak", "000007.ndjson", "000008.ndjson.gz", "manifest.json.tmp" })
        {
            await File.WriteAllTextAsync(Path.Combine(Folder, name), "x", Cancelled);
        }

        await Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled);

        Directory.EnumerateFiles(Folder).Select(Path.GetFileName).Should().BeEquivalentTo("manifest.json", "index.ndjson", "000001.ndjson", "notes.txt", "x000007.ndjson", "000007.ndjson.bak");
    }

    [Fact]
    public async Task A_room_whose_import_was_interrupted_reads_as_none_refuses_writes_and_can_be_deleted()
    {
        await ExportAsync();
        await Database.HashSetAsync($"{TargetPrefix}:{{a}}", [new("epoch", "!"), new("last", 3), new("at", 0), new("rev", 0), new("gone", "12ab {}"), new("import", "0123456789ABCDEF 1 2 1 s")]);
        await Database.HashSetAsync($"{TargetPrefix}:{{a}}:m:0", 1, """{"t":1,"u":"alice","c":"half"}""");
        var chat = new Chat(Target);

        (await chat.ReceiveAsync("a", cancellationToken: Cancelled)).Messages.Should().BeEmpty();
        await FluentActions.Awaiting(() => chat.SendAsync("a", "alice", "too early", Cancelled)).Should().ThrowAsync<ChatForbiddenException>();
        (await RefusalAsync()).Should().Contain("room a is being imported from another export");
        await Database.HashSetAsync($"{TargetPrefix}:{{a}}", "import", "classic 1 2 3 s");
        (await RefusalAsync()).Should().Contain("room a is being migrated");
        (await Transfer(Target).VerifyAsync(cancellationToken: Cancelled)).Differences.Should().ContainSingle().Which.What.Should().Be("unfinished");

        await chat.Rooms.DeleteAsync("a", Actor.Application, cancellationToken: Cancelled);
        (await TransferDump.OfAsync(Connection, TargetPrefix)).Should().BeEmpty();
        (await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled)).Imported.Should().Be(3);
    }

    [Fact]
    public async Task The_unfinished_import_of_a_user_is_refused_with_the_key_that_records_it()
    {
        await new Chat(Source).Room("a").Members.JoinAsync("alice", Cancelled);
        await Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled);
        var key = $"{TargetPrefix}:{{user:alice}}";
        await Database.HashSetAsync(key, [new("epoch", "!"), new("last", 0), new("at", 0), new("rev", 0), new("gone", "12ab {}"), new("import", "0123456789ABCDEF 1 2 1 s")]);

        (await RefusalAsync()).Should().Contain($"user alice is being imported from another export. Complete that import, or delete the key '{key}', which records it.").And.NotContain("delete the room");

        await Database.KeyDeleteAsync(key);
        (await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled)).Imported.Should().Be(2);
        (await Transfer(Target).VerifyAsync(Folder, cancellationToken: Cancelled)).Differences.Should().BeEmpty();
    }

    [Fact]
    public async Task A_user_with_a_list_of_rooms_is_skipped_and_gets_the_rooms_that_are_missing()
    {
        await new Chat(Source).Room("a").Members.JoinAsync("alice", Cancelled);
        await Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled);
        await new Chat(Target).Room("b").Members.JoinAsync("alice", Cancelled);

        var (first, second) = (await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled), await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled));

        (first.Imported, first.Skipped, second.Imported, second.Skipped).Should().Be((1, 1, 0, 2));
        (await new Chat(Target).User("alice").Inbox.ListAsync(cancellationToken: Cancelled)).Rooms.Select(room => room.Room).Should().BeEquivalentTo("a", "b");
    }

    [Fact]
    public async Task An_import_that_has_nothing_to_do_reports_progress_and_can_be_canceled()
    {
        await ExportAsync();
        await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled);
        using var canceled = new CancellationTokenSource();

        await FluentActions.Awaiting(() => Transfer(Target).ImportAsync(Folder, progress: new OnProgress(canceled.Cancel), cancellationToken: canceled.Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a\0b")]
    public async Task Bad_input_is_refused_before_anything_is_read(string directory)
    {
        var transfer = Transfer(Source);
        await FluentActions.Awaiting(() => transfer.ExportAsync(directory, cancellationToken: Cancelled)).Should().ThrowAsync<ChatInputException>();
        await FluentActions.Awaiting(() => transfer.ImportAsync(directory, cancellationToken: Cancelled)).Should().ThrowAsync<ChatInputException>();
        await FluentActions.Awaiting(() => transfer.VerifyAsync(directory, cancellationToken: Cancelled)).Should().ThrowAsync<ChatInputException>();
        await FluentActions.Awaiting(() => transfer.VerifyAsync(Folder, new VerifyOptions { Repair = true }, cancellationToken: Cancelled)).Should().ThrowAsync<ChatInputException>();
        await FluentActions.Awaiting(() => transfer.ExportAsync(Folder, new ExportOptions { Rooms = [""] }, cancellationToken: Cancelled)).Should().ThrowAsync<ChatInputException>();
        await FluentActions.Awaiting(() => transfer.ExportAsync(Folder, new ExportOptions { Rooms = [new ThreadId("a", 1).RoomId] }, cancellationToken: Cancelled)).Should().ThrowAsync<ChatInputException>();
        Directory.Exists(Folder).Should().BeFalse();
    }

    private async Task ExportAsync()
    {
        foreach (var room in new[] { "a", "b", "c" })
        {
            await new Chat(Source).SendAsync(room, "alice", "hello", Cancelled);
        }

        await Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled);
    }

    private sealed class OnProgress(Action act) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => act();
    }

    private async Task<string> RefusalAsync(RedisMessageStore? store = null) =>
        (await FluentActions.Awaiting(() => Transfer(store ?? Target).ImportAsync(Folder, cancellationToken: Cancelled)).Should().ThrowAsync<ChatTransferException>()).Which.Message;
}
