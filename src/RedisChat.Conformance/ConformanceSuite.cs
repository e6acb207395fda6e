namespace RedisChat.Conformance;

/// <summary>The classes of the conformance suite, for a test that a store derives all of them.</summary>
public static class ConformanceSuite
{
    private const string FactorySuffix = "Stores";

    /// <summary>The classes to derive for each store. Those with random input exist on .NET 10 and later only.</summary>
    public static IReadOnlyList<Type> Classes { get; } =
        [.. typeof(StoreTests).Assembly.GetExportedTypes().Where(type => type.IsAbstract && type.IsSubclassOf(typeof(StoreTests)))];

    /// <summary>
    /// Names the test classes that stores still need: one for each factory and class of the suite. The class for <c>RedisStores</c> and
    /// <see cref="AppendTests"/> is public, derives from <see cref="AppendTests"/>, and is called <c>RedisAppendTests</c>.
    /// </summary>
    /// <param name="types">The types to look through: those of the test assembly.</param>
    /// <returns>The names of the missing classes; empty if every store derives the whole suite.</returns>
    /// <exception cref="ArgumentException">There is no <see cref="StoreFactory"/> among the types.</exception>
    public static IReadOnlyList<string> MissingClasses(IReadOnlyCollection<Type> types)
    {
        ArgumentNullException.ThrowIfNull(types);
        var stores = types.Where(type => !type.IsAbstract && type.IsSubclassOf(typeof(StoreFactory))).Select(StoreName).ToList();
        if (stores.Count == 0)
        {
            throw new ArgumentException($"None of the types is a {nameof(StoreFactory)}.", nameof(types));
        }

        var tests = types.Where(type => type is { IsVisible: true, IsAbstract: false }).ToLookup(type => type.Name);
        return
        [
            .. from store in stores
               from suite in Classes
               let name = store + suite.Name
               where !tests[name].Any(type => type.IsSubclassOf(suite))
               select name,
        ];
    }

    private static string StoreName(Type factory) =>
        factory.Name.EndsWith(FactorySuffix, StringComparison.Ordinal) ? factory.Name[..^FactorySuffix.Length] : factory.Name;
}
