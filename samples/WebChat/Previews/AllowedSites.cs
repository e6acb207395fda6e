using System.Net;
using System.Net.Sockets;

namespace RedisChat.WebChat.Previews;

/// <summary>Which pages this node opens for previews: those of listed hosts, at addresses of the public internet or of listed networks.</summary>
/// <param name="hosts">The hosts; with a port, or the usual one of the scheme.</param>
/// <param name="networks">Networks that may be reached although they are not public.</param>
internal sealed class AllowedSites(IReadOnlyList<string> hosts, IReadOnlyList<IPNetwork> networks)
{
    /// <summary>Whether a page may be opened, as far as its address says.</summary>
    public bool Allow(Uri page) =>
        page is { IsAbsoluteUri: true, UserInfo: "" } && (page.Scheme == Uri.UriSchemeHttp || page.Scheme == Uri.UriSchemeHttps)
        && hosts.Any(host => (page.IsDefaultPort && host.Equals(page.Host, StringComparison.OrdinalIgnoreCase)) || host.Equals($"{page.Host}:{page.Port}", StringComparison.OrdinalIgnoreCase));

    /// <summary>Connects to a host. The addresses are checked here, where they are used: a name that is resolved twice can have another address the second time.</summary>
    /// <exception cref="HttpRequestException">None of its addresses may be reached.</exception>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(host.Host, cancellationToken);
        var allowed = Array.FindAll(addresses, MayReach);
        if (allowed.Length == 0)
        {
            throw new HttpRequestException("The host has no address that may be reached.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, host.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool MayReach(IPAddress address) => PublicAddress.Is(address) || networks.Any(network => network.Contains(PublicAddress.Plain(address)));
}
