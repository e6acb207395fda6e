using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance;

/// <summary>A part of the suite that nobody derives for a store would be a promise that nobody checks.</summary>
public sealed class ConformanceCoverageTests
{
    [Theory]
    [InlineData("Redis")]
    [InlineData("Sealed")]
    [InlineData("Classic")]
#if NET10_0_OR_GREATER
    [InlineData("Garnet")]
#endif
    public void Every_part_of_the_conformance_suite_is_derived(string store)
    {
        ConformanceSuite.Parts.Should().NotBeEmpty();
        ConformanceSuite.Parts.Should().OnlyContain(part => typeof(ConformanceCoverageTests).Assembly.GetTypes()
            .Any(type => type.BaseType == part && type.Name == store + part.Name));
    }
}
