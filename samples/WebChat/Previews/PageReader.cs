using System.Text;

namespace RedisChat.WebChat.Previews;

/// <summary>Reads the beginning of pages. Each redirect is checked like the first address; nothing is sent but the request: no cookies, no credentials, no proxy.</summary>
internal sealed class PageReader : IDisposable
{
    /// <summary>A title is at the beginning of a page. So much of it is read, in bytes.</summary>
    public const int MaxBytes = 128 * 1024;

    private const int MaxRedirects = 3;

    private readonly AllowedSites _sites;
    private readonly HttpClient _client;

    public PageReader(AllowedSites sites)
    {
        _sites = sites;
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            MaxResponseHeadersLength = 16,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectCallback = (context, cancellationToken) => sites.ConnectAsync(context.DnsEndPoint, cancellationToken),
        });
        _client.DefaultRequestHeaders.Add("Accept", "text/html");
        _client.DefaultRequestHeaders.Add("User-Agent", "RedisChat-WebChat");
    }

    /// <summary>The beginning of a page; <see langword="null"/> if it may not be opened, or is none.</summary>
    /// <param name="page">Its address.</param>
    /// <param name="cancellationToken">The time limit.</param>
    public async Task<string?> ReadAsync(Uri page, CancellationToken cancellationToken)
    {
        for (var redirects = 0; redirects <= MaxRedirects && _sites.Allow(page); redirects++)
        {
            using var answer = await _client.GetAsync(page, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if ((int)answer.StatusCode is 301 or 302 or 303 or 307 or 308 && answer.Headers.Location is { } next)
            {
                page = new Uri(page, next);
            }
            else
            {
                return answer.IsSuccessStatusCode && answer.Content.Headers.ContentType?.MediaType == "text/html" ? await ReadAsync(answer.Content, cancellationToken) : null;
            }
        }

        return null;
    }

    public void Dispose() => _client.Dispose();

    private static async Task<string> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MaxBytes];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return EncodingOf(content).GetString(buffer, 0, length);
    }

    private static Encoding EncodingOf(HttpContent content)
    {
        try
        {
            return content.Headers.ContentType?.CharSet is { } name ? Encoding.GetEncoding(name.Trim('"')) : Encoding.UTF8;
        }
        catch (ArgumentException)
        {
            return Encoding.UTF8;
        }
    }
}
