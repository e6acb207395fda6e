using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RedisChat.AspNetCore;

/// <summary>A room's whole history, a JSON message a line.</summary>
internal static class ExportEndpoint
{
    private const string ContentType = "application/x-ndjson";
    private const int PageSize = 100;
    private const int MostUnsent = 64 * 1024;

    public static void Map(IEndpointRouteBuilder chat) =>
        chat.MapGet("rooms/{room}/export", ExportAsync).WithMetadata(new ProducesResponseTypeMetadata(200, typeof(string), [ContentType]))
            .Describe("ExportMessages", "Streams a room's whole history, oldest message first: a JSON message a line.");

    private static async Task ExportAsync(string room, ChatCall call)
    {
        var response = call.Http.Response;
        var page = await ReadAsync(0).ConfigureAwait(false);
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        await response.StartAsync(call.Aborted).ConfigureAwait(false);
        var writer = new Utf8JsonWriter(response.BodyWriter);
        await using (writer.ConfigureAwait(false))
        {
            long unsent = 0; // counted here: on .NET 8 the body's writer can't tell
            while (true)
            {
                foreach (var message in page.Messages)
                {
                    JsonSerializer.Serialize(writer, message, ChatJsonContext.Default.Message);
                    writer.Flush();
                    unsent += writer.BytesCommitted + 1;
                    writer.Reset();
                    response.BodyWriter.GetSpan(1)[0] = (byte)'\n';
                    response.BodyWriter.Advance(1);
                    if (unsent > MostUnsent)
                    {
                        await response.BodyWriter.FlushAsync(call.Aborted).ConfigureAwait(false);
                        unsent = 0;
                    }
                }

                // Waits while the client is slower than the store.
                await response.BodyWriter.FlushAsync(call.Aborted).ConfigureAwait(false);
                unsent = 0;
                if (!page.HasNewer)
                {
                    return;
                }

                page = await ReadAsync(page.Messages[^1].Id).ConfigureAwait(false);
            }
        }

        // The right to read is checked again with each page.
        async Task<MessagePage> ReadAsync(long after)
        {
            var found = await call.RoomAsync(room, RoomRights.Read).ConfigureAwait(false);
            return await found.ReceiveAsync(new MessageQuery(PageSize) { After = after, Reader = call.User, OmitParents = true }, call.Aborted).ConfigureAwait(false);
        }
    }
}
