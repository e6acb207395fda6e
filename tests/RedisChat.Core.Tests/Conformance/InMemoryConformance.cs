using RedisChat.Conformance;

namespace RedisChat.Tests;

public sealed class InMemoryAppendTests : AppendTests
{
    private readonly InMemoryMessageStore _store = new();

    protected override IMessageStore MakeStore() => _store;
}

public sealed class InMemoryIdempotencyTests : IdempotencyTests
{
    private readonly InMemoryMessageStore _store = new();

    protected override IMessageStore MakeStore() => _store;
}

public sealed class InMemoryReadTests : ReadTests
{
    private readonly InMemoryMessageStore _store = new();

    protected override IMessageStore MakeStore() => _store;
}

public sealed class InMemoryChangeTests : ChangeTests
{
    private readonly InMemoryMessageStore _store = new();

    protected override IMessageStore MakeStore() => _store;
}

public sealed class InMemoryReactionTests : ReactionTests
{
    private readonly InMemoryMessageStore _store = new();

    protected override IMessageStore MakeStore() => _store;
}

public sealed class InMemoryLongHistoryTests : LongHistoryTests
{
    private readonly InMemoryMessageStore _store = new();

    protected override IMessageStore MakeStore() => _store;
}

public sealed class InMemoryWatchTests : WatchTests
{
    private readonly InMemoryMessageStore _store = new();

    protected override IMessageStore MakeStore() => _store;
}

#if NET10_0_OR_GREATER
public sealed class InMemoryModelTests : ModelTests
{
    private readonly InMemoryMessageStore _store = new();

    protected override IMessageStore MakeStore() => _store;

    protected override int Histories => 300;
}

public sealed class InMemoryWatchModelTests : WatchModelTests
{
    private readonly InMemoryMessageStore _store = new();

    protected override IMessageStore MakeStore() => _store;
}
#endif
