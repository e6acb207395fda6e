using RedisChat;

namespace Snippets;

/// <summary>README, export and import.</summary>
internal static class Transfer
{
    public static async Task RunAsync(Chat chat, Chat other)
    {
        var parent = Directory.CreateTempSubdirectory("export");
        var directory = Path.Combine(parent.FullName, "backup");

        #region transfer
        var exported = await chat.Transfer.ExportAsync(directory, new ExportOptions { Compress = true });
        var imported = await other.Transfer.ImportAsync(directory); // the same ids, times and positions
        var verified = await other.Transfer.VerifyAsync(directory); // compares every fact
        #endregion

        Console.WriteLine($"{exported.Rooms} rooms were exported, {imported.Imported} rooms, threads and users imported: {verified.DifferenceCount} differences.");
        parent.Delete(recursive: true);
    }
}
