using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The fields of a room's hash that an import needs, and the key that says to a search of names that the room has them.</summary>
internal static class ImportMark
{
    /// <summary>While a room is being imported: the export, and how far the import is.</summary>
    public const string Field = "import";

    /// <summary>From then on: the export that it is from. Another import of it skips the room.</summary>
    public const string DoneField = "imported";

    /// <summary>Adds the key, in the step that begins the import. Only rooms have it: threads and users are imported along with them.</summary>
    /// <param name="transaction">The step.</param>
    /// <param name="keys">Names the keys.</param>
    /// <param name="scope">What is imported.</param>
    /// <param name="from">The export.</param>
    public static void Show(ITransaction transaction, KeyNames keys, TransferScope scope, string from)
    {
        if (scope is { IsUser: false, IsThread: false })
        {
            transaction.HashSetAsync(keys.Importing(scope.Id), "from", from).Observe();
        }
    }

    /// <summary>Removes the key, in the step that completes the import.</summary>
    /// <param name="transaction">The step.</param>
    /// <param name="keys">Names the keys.</param>
    /// <param name="scope">What was imported.</param>
    public static void Hide(ITransaction transaction, KeyNames keys, TransferScope scope)
    {
        if (scope is { IsUser: false, IsThread: false })
        {
            transaction.KeyDeleteAsync(keys.Importing(scope.Id)).Observe();
        }
    }
}
