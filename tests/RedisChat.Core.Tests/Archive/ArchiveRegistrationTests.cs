using Microsoft.Extensions.DependencyInjection;
using RedisChat.Redis;

namespace RedisChat.Tests.Archive;

/// <summary>How a chat gets its archive.</summary>
public sealed class ArchiveRegistrationTests
{
    private static readonly ArchivePolicy Policy = new() { KeepMessages = 1000 };

    [Fact]
    public void A_policy_without_an_archive_is_refused_and_the_error_says_what_to_call()
    {
        var create = () => new Chat(new InMemoryMessageStore(), new ChatOptions { Archive = Policy });

        create.Should().Throw<ArgumentException>().WithMessage("*AddFileArchive*AddRoomArchive*");
    }

    [Fact]
    public void A_store_that_cannot_archive_is_refused_by_name()
    {
        using var store = new ClassicMessageStore(RedisConnection.Own(RedisConfiguration.Parse("localhost:1")), "chat", allowEviction: false, TimeProvider.System);
        var create = () => new Chat(store, archive: new FileRoomArchive("unused"));

        create.Should().Throw<NotSupportedException>().WithMessage("*ClassicMessageStore*archives*IArchivingStore*");
    }

    [Fact]
    public async Task Each_chat_of_a_host_has_its_own_archive_and_the_one_in_memory_leaves_it_alone()
    {
        var services = new ServiceCollection();
        services.AddRedisChat().UseInMemory().AddFileArchive("one").Configure(options => options.Archive = Policy);
        services.AddKeyedRedisChat("two").UseInMemory().AddFileArchive("gone").AddRoomArchive<OtherArchive>();
        await using var provider = services.BuildServiceProvider();

        var chat = provider.GetRequiredService<Chat>();
        await chat.SendAsync("lobby", "alice", "hello", TestContext.Current.CancellationToken);
        (await provider.GetRequiredService<IMessageStore>().GetAbility<IArchivingStore>()!.ArchiveStepAsync("lobby", Policy, TestContext.Current.CancellationToken)).Should().Be(new ArchivedStep(0, null));

        provider.GetRequiredService<IRoomArchive>().Should().BeOfType<FileRoomArchive>();
        provider.GetRequiredKeyedService<IRoomArchive>("two").Should().BeOfType<OtherArchive>();
        provider.GetRequiredKeyedService<Chat>("two").Should().NotBeNull();
    }

    [Theory]
    [InlineData(0L, null, "*KeepMessages is 0; it must be from 1 to*")]
    [InlineData(null, 0.5, "*KeepFor is 00:00:00.5000000; it must be from*")]
    public void A_policy_must_make_sense(long? messages, double? seconds, string problem)
    {
        var policy = new ArchivePolicy { KeepMessages = messages, KeepFor = seconds is { } some ? TimeSpan.FromSeconds(some) : null };

        var create = () => new Chat(new InMemoryMessageStore(), new ChatOptions { Archive = policy }, archive: new OtherArchive());

        create.Should().Throw<ArgumentException>().WithMessage(problem);
    }

    private sealed class OtherArchive : IRoomArchive
    {
        public ValueTask<bool> PutAsync(string room, ulong epoch, IReadOnlyList<ArchivedBucket> buckets, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<ArchivedBucket?>> ReadAsync(string room, ulong epoch, IReadOnlyList<long> numbers, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<long>> FindAsync(
            string room, ulong epoch, string user, long first, long last, bool descending, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask RemoveRoomAsync(string room, ulong epoch, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
