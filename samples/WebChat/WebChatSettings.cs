using System.Net;
using RedisChat.ConsoleHost;

namespace RedisChat.WebChat;

/// <summary>The options of the command line. Each can also be an environment variable or a setting of that name.</summary>
/// <param name="Redis">--redis: how to connect; <see langword="null"/> for an embedded server.</param>
/// <param name="Port">--port: the embedded server's port.</param>
/// <param name="DataDirectory">--data: where the embedded server keeps its data; <see langword="null"/> if it is lost when the server stops.</param>
/// <param name="Prefix">--prefix: what the keys begin with. The console sample uses the same one, and therefore shares the rooms.</param>
/// <param name="KeyDirectory">--keys: a directory for the keys that protect the cookies; <see langword="null"/> to keep them in Redis.</param>
/// <param name="FileDirectory">--files: where uploaded files are kept; nodes on several machines must share it.</param>
/// <param name="Nodes">--nodes: the origins of all nodes, separated by commas.</param>
/// <param name="PreviewHosts">--previews: the hosts whose pages are opened for link previews, <c>example.org</c> or <c>example.org:8080</c>.</param>
/// <param name="PreviewNetworks">--networks: networks that these hosts may be in although they are not public.</param>
/// <param name="Bot">--bot: the name of the bot that answers who mentions it; <see langword="null"/> for none.</param>
internal sealed record WebChatSettings(
    string? Redis, int Port, string? DataDirectory, string Prefix, string? KeyDirectory, string FileDirectory, IReadOnlyList<string> Nodes,
    IReadOnlyList<string> PreviewHosts, IReadOnlyList<IPNetwork> PreviewNetworks, string? Bot)
{
    public const string Usage = """
        A chat in the browser. Without options it finds or starts a server of its own on this machine.

          --urls URL          where to listen (http://localhost:5000)
          --redis CONFIG      use this Redis or Valkey: host:6379,password=... or redis://user:password@host:6379/0
          --nodes URL,URL     the addresses of all nodes, to which the page connects
          --prefix P          what the keys in Redis begin with (chatroom)
          --keys DIR          keep the keys that protect the cookies in this directory, not in Redis
          --files DIR         keep uploaded files in this directory, which all nodes share (in the temporary directory)
          --previews HOSTS    show previews of links to these hosts: example.org,example.org:8080 (rooms of this chat alone)
          --networks CIDRS    private networks in which these hosts may be: 10.1.0.0/16 (none)
          --data DIR          keep the embedded server's data in this directory
          --bot NAME          what the bot is called that answers word by word when it is mentioned (bot); "off" for none
          --port N            the embedded server's port (16379)
        """;

    // The console sample's port, so that both find each other's server.
    private const int DefaultPort = 16379;

    /// <summary>Reads the options.</summary>
    /// <exception cref="StartupException">An option is not valid.</exception>
    public static WebChatSettings Read(IConfiguration configuration)
    {
        var port = configuration["port"] is not { } given ? DefaultPort
            : int.TryParse(given, out var number) && number is >= 1 and <= 65535 ? number
            : throw new StartupException($"--port must be a number from 1 to 65535, not '{given}'.");
        return new WebChatSettings(
            configuration["redis"],
            port,
            configuration["data"],
            configuration["prefix"] ?? "chatroom",
            configuration["keys"],
            Path.GetFullPath(configuration["files"] ?? Path.Combine(Path.GetTempPath(), "redischat-webchat-files")),
            [.. List(configuration, "nodes").Select(Origin)],
            [.. List(configuration, "previews").Select(Host)],
            [.. List(configuration, "networks").Select(Network)],
            configuration["bot"] switch { null or "" => "bot", "off" => null, var name => name });
    }

    private static string[] List(IConfiguration configuration, string name) =>
        (configuration[name] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Host(string host) =>
        Uri.TryCreate($"http://{host}", UriKind.Absolute, out var uri) && uri is { PathAndQuery: "/", UserInfo: "", Fragment: "" } && !host.EndsWith('/')
            ? host
            : throw new StartupException($"--previews takes hosts like example.org or example.org:8080, not '{host}'.");

    private static IPNetwork Network(string network) =>
        IPNetwork.TryParse(network, out var parsed) ? parsed : throw new StartupException($"--networks takes networks like 10.1.0.0/16, not '{network}'.");

    private static string Origin(string node) =>
        Uri.TryCreate(node, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri.GetLeftPart(UriPartial.Authority)
            : throw new StartupException($"--nodes takes addresses like http://127.0.0.1:5001,http://127.0.0.1:5002, not '{node}'.");
}
