using RedisChat.Tests;

namespace RedisChat.IntegrationTests;

/// <summary>The access rights that docs/operations.md gives to a chat; tests run with exactly these.</summary>
internal sealed class DocumentedRights
{
    private readonly string[] _command;

    /// <param name="right">A right that occurs in only one line of the document.</param>
    private DocumentedRights(string right) => _command = File.ReadLines(Path.Combine(Repository.Root, "docs", "operations.md"))
        .Single(line => line.StartsWith("ACL SETUSER ", StringComparison.Ordinal) && line.Split(' ').Contains(right)).Split(' ');

    public static DocumentedRights Default { get; } = new("+publish");

    public static DocumentedRights Cluster { get; } = new("+spublish");

    public static DocumentedRights Classic { get; } = new("+watch");

    /// <summary>The command that grants the rights, word by word. The password is "secret".</summary>
    /// <param name="user">The user who receives them.</param>
    /// <param name="patterns">Keys and channels besides those with the default prefix: "~test-*".</param>
    public string[] GrantTo(string user, params string[] patterns) => ["ACL", "SETUSER", user, .. _command[3..], .. patterns];

    /// <summary>The same for the user "chat" as arguments of a server, so they survive a restart.</summary>
    public string[] Arguments => ["--user", .. GrantTo("chat")[2..]];
}
