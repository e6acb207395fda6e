using System.Text.RegularExpressions;
using RedisChat.Tests;

namespace RedisChat.IntegrationTests.Backups;

/// <summary>The commands of the section "Backup and restore" of docs/operations.md.</summary>
internal static partial class DocumentedBackup
{
    private static readonly Dictionary<string, List<string[]>> Sections = Read();

    public static string[] SnapshotOverTheNetwork => Sections["Snapshot"][0];

    public static string[] SnapshotOnTheServer => Sections["Snapshot"][1];

    public static string[] RestoreSnapshot => Sections["Snapshot"][2];

    public static string[] AppendOnlyFile => Sections["Append-only file"][0];

    public static string[] RestoreAppendOnlyFile => Sections["Append-only file"][1];

    public static string[] SnapshotOfReplica => Sections["Replica"][0];

    public static string[] Promote => Sections["Replica"][1];

    public static string[] SnapshotOfPrimary => Sections["Cluster"][0];

    public static string[] RestorePrimary => Sections["Cluster"][1];

    public static string[] Introduce => Sections["Cluster"][2];

    public static string[] AddReplica => Sections["Cluster"][3];

    public static string[] RepairCluster => Sections["Cluster"][4];

    public static string[] Verify => Sections["After a restore"][0];

    private static Dictionary<string, List<string[]>> Read()
    {
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));
        var start = document.IndexOf("\n## Backup and restore\n", StringComparison.Ordinal);
        var section = document[start..document.IndexOf("\n## ", start + 1, StringComparison.Ordinal)];
        return section.Split("\n### ").Skip(1).ToDictionary(
            part => part[..part.IndexOf('\n', StringComparison.Ordinal)],
            part => Block().Matches(part).Select(block => block.Groups["lines"].Value.TrimEnd().Split('\n')).ToList());
    }

    [GeneratedRegex(@"^```sh\n(?<lines>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
