using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance;

/// <summary>A class of the suite that is not derived for a store is a promise that nothing checks.</summary>
public sealed class ConformanceCoverageTests
{
    [Fact]
    public void Every_store_derives_the_whole_conformance_suite()
    {
        var types = typeof(ConformanceCoverageTests).Assembly.GetTypes();

        types.Should().Contain([typeof(RedisStores), typeof(SealedStores), typeof(ClusterStores), typeof(ClassicStores)]);
        // The same store as another one, behind a bad network.
        ConformanceSuite.MissingClasses(types.Where(type => type.Name != "CutStores").ToList()).Should().BeEmpty();
    }
}
