using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Encryption;

/// <summary>Changes of data keys of which a part fails, or comes in between.</summary>
public sealed class KeyFailureTests(TestServer server) : IAsyncLifetime
{
    private EncryptedChats _chats = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IDatabase Database => server.Connection.GetDatabase();

    private string Keys => $"{_chats.Prefix}:{{lobby}}:key";

    public ValueTask InitializeAsync()
    {
        _chats = new EncryptedChats(server.Configuration!);
        return default;
    }

    public ValueTask DisposeAsync() => _chats.DisposeAsync();

    [Theory]
    [InlineData("shred")]
    [InlineData("rotate")]
    [InlineData("rewrap")]
    public async Task If_the_answer_is_lost_the_error_says_that_it_may_have_happened(string what)
    {
        await _chats.NewChat().SendAsync("lobby", "alice", "one", Cancelled);
        _chats.Ring.AddMaster();
        await using var proxy = new LostAnswerProxy(server.Connection.GetEndPoints()[0], _chats.Prefix);
        var configuration = proxy.Configure(server.Configuration!);
        await using var chats = new EncryptedChats(configuration.ToString(includePassword: true), _chats.Ring, prefix: _chats.Prefix);
        var store = chats.Open();
        await new Chat(store).GetAsync("lobby", 1, Cancelled);
        var keys = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(2) }).Room("lobby").EncryptionKeys;

        // The first command of a rotation and of a rewrapping reads the keys.
        proxy.Lose(command => what == "shred" || command > 0);
        var error = await Assert.ThrowsAsync<ChatUnavailableException>(() => what switch
        {
            "shred" => keys.ShredAsync(Cancelled),
            "rotate" => keys.RotateAsync(Cancelled),
            _ => keys.RewrapAsync(Cancelled),
        });

        error.MayHaveHappened.Should().BeTrue();
        error.Message.Should().Contain("may have been").And.Contain("Repeat the call").And.NotContain("Nothing was changed");
    }

    [Fact]
    public async Task A_key_that_cannot_be_unwrapped_does_not_keep_the_others_from_being_rewrapped()
    {
        var chat = _chats.NewChat();
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        var lost = (string)(await Database.HashGetAsync(Keys, StoredKey.Current))!;
        _chats.Ring.AddMaster();
        await chat.Room("lobby").EncryptionKeys.RotateAsync(Cancelled);
        var rotated = (string)(await Database.HashGetAsync(Keys, StoredKey.Current))!;
        _chats.Ring.AddMaster();
        _chats.Ring.RemoveFirstMaster();

        var error = await Assert.ThrowsAsync<ChatDataException>(() => chat.Room("lobby").EncryptionKeys.RewrapAsync(Cancelled));

        (error.Key, error.Field).Should().Be((Keys, lost));
        error.Message.Should().Contain("HDEL");
        StoredKey.TryRead(await Database.HashGetAsync(Keys, rotated), out _, out var wrapped).Should().BeTrue();
        _chats.Ring.IsCurrent(wrapped).Should().BeTrue();
        await Database.HashDeleteAsync(Keys, lost);
        (await chat.Room("lobby").EncryptionKeys.RewrapAsync(Cancelled)).Should().Be(0);
    }

    [Fact]
    public async Task Keys_that_are_deleted_while_the_same_process_reads_them_are_not_kept()
    {
        await _chats.NewChat().SendAsync("lobby", "alice", "one", Cancelled);
        var ring = new PausedRing(_chats.Ring);
        var chat = _chats.NewChat(keys: ring);
        var reading = chat.ReceiveAsync("lobby", null, Cancelled);
        await ring.Asked.WaitAsync(Cancelled);

        (await chat.Room("lobby").EncryptionKeys.ShredAsync(Cancelled)).Should().BeTrue();
        ring.Continue();
        await reading;

        var page = await chat.ReceiveAsync("lobby", null, Cancelled);
        page.Messages.Should().BeEmpty();
        page.Unreadable.Select(value => value.Id).Should().Equal(1L);
    }

    /// <summary>Unwraps nothing until it is told to continue.</summary>
    private sealed class PausedRing(IChatKeyRing inner) : IChatKeyRing
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _continues = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public void Continue() => _continues.TrySetResult();

        public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key, string scope, CancellationToken cancellationToken = default) => inner.WrapAsync(key, scope, cancellationToken);

        public async ValueTask<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrapped, string scope, CancellationToken cancellationToken = default)
        {
            _asked.TrySetResult();
            await _continues.Task.WaitAsync(cancellationToken);
            return await inner.UnwrapAsync(wrapped, scope, cancellationToken);
        }

        public bool IsCurrent(ReadOnlyMemory<byte> wrapped) => inner.IsCurrent(wrapped);
    }
}
