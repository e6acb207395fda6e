namespace RedisChat.Redis;

/// <summary>The fields of a room's hash that an import needs.</summary>
internal static class ImportMark
{
    /// <summary>While a room is being imported: the export, and how far the import is.</summary>
    public const string Field = "import";

    /// <summary>From then on: the export that it is from. Another import of it skips the room.</summary>
    public const string DoneField = "imported";
}
