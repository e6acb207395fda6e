#if NET10_0_OR_GREATER
using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Random conversations leave what the in-memory store says while connections are cut all the time, so that every kind of call is repeated.</summary>
public sealed class CutConversationModelTests(TestServer server) : ConversationModelTests(new CutStores(server))
{
    protected override bool LosesAnswers => true;
}
#endif
