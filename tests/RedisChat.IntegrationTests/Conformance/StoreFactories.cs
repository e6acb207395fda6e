namespace RedisChat.IntegrationTests.Conformance;

/// <summary>What the factories of stores on a server share.</summary>
internal static class StoreFactories
{
    /// <summary>How a store connects that is called without a chat: nobody repeats a call that has no answer because the machine has stalled for some seconds.</summary>
    /// <param name="configuration">How any other connects.</param>
    public static string Patient(string configuration) => configuration + ",asyncTimeout=60000";
}
