#if NET10_0_OR_GREATER
using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Mentions equal the model while connections are cut all the time, so that sends, edits and deletions are repeated.</summary>
public sealed class CutMentionModelTests(TestServer server) : MentionModelTests(new CutStores(server))
{
    protected override int Histories => 2;

    protected override bool LosesAnswers => true;
}
#endif
