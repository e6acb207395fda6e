namespace RedisChat.Tests.Transfer;

/// <summary>The files of an export.</summary>
public sealed class ExportWriterTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("redischat-export-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void After_a_full_disk_the_same_process_can_continue_the_export()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no device that is always full.");
        Open().Dispose();
        var index = Path.Combine(_folder.FullName, "index.ndjson");
        File.Delete(index);
        File.CreateSymbolicLink(index, "/dev/full");

        var writer = Open();
        Write(writer);
        FluentActions.Invoking(writer.Complete).Should().Throw<IOException>();
        FluentActions.Invoking(writer.Dispose).Should().Throw<IOException>("the index still cannot be written");
        File.Delete(index);

        using var again = Open();
        Write(again);
        again.Complete().Rooms.Should().Be(1);
    }

    [Fact]
    public void A_scope_that_the_files_end_in_the_middle_of_is_forgotten_when_another_one_begins()
    {
        using var writer = Open();
        var number = writer.Begin(new TransferScope("c"), 1, 300);
        var open = new OpenScope(number, "c", "1", 1, 300, 0, 2);
        writer.Checkpoint(open);
        writer.Manifest.Open.Should().Be(open);

        writer.Begin(new TransferScope("b"), 1, 0).Should().Be(number + 1);

        writer.Manifest.Open.Should().BeNull();
    }

    private static void Write(ExportWriter writer)
    {
        writer.Begin(new TransferScope("a"), 1, 0);
        writer.Complete(new TransferScope("a"), [], RoomPosition.Start);
    }

    private ExportWriter Open() => ExportWriter.Open(_folder.FullName, new ExportOptions(), TimeProvider.System);
}
