using RedisChat;

namespace Snippets;

/// <summary>README, "Erase a user".</summary>
internal static class Erasure
{
    public static async Task EraseAsync(Chat chat)
    {
        await chat.SendAsync("lobby", "mallory", "hello");
        await chat.SendAsync("lobby", "bob", "Who is mallory?");
        using var file = new MemoryStream();

        #region erase
        await chat.User("mallory").ExportAsync(file); // a request for access: a line of JSON for each thing

        var report = await chat.User("mallory").EraseAsync(new ErasureOptions { Mode = ErasureMode.Anonymize });
        Console.WriteLine($"{report.Messages} messages in {report.Rooms} rooms. Clean: {report.Findings!.IsClean}");
        foreach (var (key, field) in report.Findings.TextOfOthers)
        {
            Console.WriteLine($"Somebody else's words, for a person to read: {key} {field}");
        }
        #endregion

        if (report.Messages != 1 || !report.Findings.IsClean || report.Findings.TextOfOthers.Count != 1 || file.Length == 0)
        {
            throw new InvalidOperationException("The erasure is not what the README says.");
        }
    }
}
