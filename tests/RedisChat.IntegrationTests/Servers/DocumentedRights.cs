using RedisChat.Tests;

namespace RedisChat.IntegrationTests;

/// <summary>The access rights that docs/operations.md gives to a chat, so that tests run with them and with no others.</summary>
internal sealed class DocumentedRights
{
    private readonly string[] _command;

    /// <param name="right">A right that no other of the document's lines has.</param>
    private DocumentedRights(string right) => _command = File.ReadLines(Path.Combine(Repository.Root, "docs", "operations.md"))
        .Single(line => line.StartsWith("ACL SETUSER ", StringComparison.Ordinal) && line.Split(' ').Contains(right)).Split(' ');

    public static DocumentedRights Default { get; } = new("+publish");

    public static DocumentedRights Cluster { get; } = new("+spublish");

    public static DocumentedRights Classic { get; } = new("+watch");

    /// <summary>The command that gives them, word by word. The password is "secret".</summary>
    /// <param name="user">To whom.</param>
    /// <param name="patterns">Keys and channels besides those with the default prefix: "~test-*".</param>
    public string[] GrantTo(string user, params string[] patterns) => ["ACL", "SETUSER", user, .. _command[3..], .. patterns];

    /// <summary>The same for the user "chat" as arguments of a server, which has them again when it is started again.</summary>
    public string[] Arguments => ["--user", .. GrantTo("chat")[2..]];
}
