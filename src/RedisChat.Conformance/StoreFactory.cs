namespace RedisChat.Conformance;

/// <summary>Opens the stores that a suite tests. Derive one for each store, or for each way to set up a store.</summary>
/// <remarks>
/// Each test has a factory of its own. A suite calls it from one thread. Name the class <c>…Stores</c>: the rest of its name begins the names of
/// the store's test classes (see <see cref="ConformanceSuite.MissingClasses"/>).
/// </remarks>
public abstract class StoreFactory
{
    /// <summary>
    /// Opens a store. Every store that a factory opens sees the same data, as if each belonged to a different process of one application. The
    /// suite disposes the store, if it is disposable.
    /// </summary>
    /// <returns>A new store, or the same one again if the data exist only inside of it.</returns>
    public abstract IMessageStore Open();

    /// <summary>Completes when the opened stores have no work left in the background. By default there is none.</summary>
    /// <returns>A task that fails if that work failed.</returns>
    public virtual Task SettleAsync() => Task.CompletedTask;
}
