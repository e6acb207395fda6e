using System.Security.Cryptography;

namespace RedisChat.Tests.Encryption;

public sealed class FileKeyRingTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("redischat").FullName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string File => Path.Combine(_directory, "keys", "master");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_wrapped_key_is_unwrapped_by_another_process_with_the_same_file()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var wrapped = await new FileKeyRing(File).WrapAsync(key, "room:lobby", Cancelled);

        (await new FileKeyRing(File).UnwrapAsync(wrapped, "room:lobby", Cancelled)).Should().Equal(key);
    }

    [Fact]
    public void The_file_is_for_its_owner_only()
    {
        _ = new FileKeyRing(File);

        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.GetUnixFileMode(File).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task A_wrapped_key_belongs_to_its_scope_and_ring()
    {
        var ring = new FileKeyRing(File);
        var wrapped = await ring.WrapAsync(new byte[32], "room:lobby", Cancelled);
        var other = new FileKeyRing(Path.Combine(_directory, "other"));

        await Assert.ThrowsAnyAsync<CryptographicException>(async () => await ring.UnwrapAsync(wrapped, "room:other", Cancelled));
        await Assert.ThrowsAnyAsync<CryptographicException>(async () => await other.UnwrapAsync(wrapped, "room:lobby", Cancelled));
        await Assert.ThrowsAnyAsync<CryptographicException>(async () => await ring.UnwrapAsync(wrapped.AsMemory(0, 10), "room:lobby", Cancelled));
        wrapped[^1] ^= 1;
        await Assert.ThrowsAnyAsync<CryptographicException>(async () => await ring.UnwrapAsync(wrapped, "room:lobby", Cancelled));
    }

    [Fact]
    public async Task After_adding_a_key_it_wraps_and_the_old_one_still_unwraps_in_all_processes()
    {
        var (ring, other) = (new FileKeyRing(File), new FileKeyRing(File));
        var old = await ring.WrapAsync(new byte[32], "room:lobby", Cancelled);

        ring.AddKey();
        var wrapped = await ring.WrapAsync(new byte[32], "room:lobby", Cancelled);

        (ring.IsCurrent(old), ring.IsCurrent(wrapped)).Should().Be((false, true));
        (await ring.UnwrapAsync(old, "room:lobby", Cancelled)).Should().HaveCount(32);
        (await other.UnwrapAsync(wrapped, "room:lobby", Cancelled)).Should().HaveCount(32);
    }

    [Fact]
    public async Task A_master_key_that_another_process_removed_or_replaced_wraps_no_more()
    {
        var (ring, other) = (new FileKeyRing(File), new FileKeyRing(File));
        var old = await ring.WrapAsync(new byte[32], "room:lobby", Cancelled);

        other.AddKey();
        System.IO.File.WriteAllLines(File, System.IO.File.ReadAllLines(File)[1..]);

        ring.IsCurrent(old).Should().BeFalse();
        (await other.UnwrapAsync(await ring.WrapAsync(new byte[32], "room:lobby", Cancelled), "room:lobby", Cancelled)).Should().HaveCount(32);
        await Assert.ThrowsAnyAsync<CryptographicException>(async () => await ring.UnwrapAsync(old, "room:lobby", Cancelled));
    }

    [Fact]
    public async Task A_key_is_added_to_a_file_whose_last_line_has_no_end()
    {
        var ring = new FileKeyRing(File);
        var old = await ring.WrapAsync(new byte[32], "room:lobby", Cancelled);
        System.IO.File.WriteAllText(File, System.IO.File.ReadAllText(File).TrimEnd());

        ring.AddKey();

        System.IO.File.ReadAllLines(File).Should().HaveCount(2);
        ring.IsCurrent(old).Should().BeFalse();
        (await new FileKeyRing(File).UnwrapAsync(old, "room:lobby", Cancelled)).Should().HaveCount(32);
    }

    [Fact]
    public void A_key_is_not_added_to_a_file_that_is_gone_or_contains_something_else()
    {
        var ring = new FileKeyRing(File);
        System.IO.File.Delete(File);

        Assert.Throws<FileNotFoundException>(ring.AddKey);
        System.IO.File.Exists(File).Should().BeFalse();

        System.IO.File.WriteAllText(File, "hello\n");
        Assert.Throws<ArgumentException>(ring.AddKey);
        System.IO.File.ReadAllText(File).Should().Be("hello\n");
    }

    [Fact]
    public void Rings_that_create_the_file_at_once_have_the_same_key()
    {
        Parallel.For(0, 8, n => { _ = new FileKeyRing(File); });

        System.IO.File.ReadAllLines(File).Should().ContainSingle();
        Directory.GetFiles(Path.GetDirectoryName(File)!).Should().ContainSingle();
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello\n")]
    [InlineData("0123abcd c2hvcnQ=\n")]
    public void A_file_with_something_else_is_refused_without_repeating_it(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllText(File, content);

        var error = Assert.Throws<ArgumentException>(() => new FileKeyRing(File));

        error.Message.Should().Contain("backup");
        error.Message.Should().NotContain("c2hvcnQ=");
    }
}
