using RedisChat.Conformance;
using RedisChat.IntegrationTests.Faults;

namespace RedisChat.IntegrationTests.Conformance;

/// <summary>A class of the suite that is not derived for a store is a promise that nothing checks.</summary>
public sealed class ConformanceCoverageTests
{
    [Fact]
    public void Every_store_derives_the_whole_conformance_suite()
    {
        var types = typeof(ConformanceCoverageTests).Assembly.GetTypes();

        types.Should().Contain([typeof(RedisStores), typeof(SealedStores), typeof(EncryptedStores), typeof(ClusterStores), typeof(ClassicStores)]);
        // Among the faults are the same stores as here, behind a bad network or on a server that breaks.
        ConformanceSuite.MissingClasses(types.Where(type => type.Namespace != typeof(CutStores).Namespace).ToList()).Should().BeEmpty();
    }
}
