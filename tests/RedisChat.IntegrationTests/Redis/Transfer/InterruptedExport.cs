using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>Makes a complete export an interrupted one, as if its process had been killed after a certain line. The counts in the manifest stay as they are.</summary>
internal static class InterruptedExport
{
    private const string Lines = "000001.ndjson";
    private const string Scopes = "index.ndjson";

    /// <summary>Interrupts an export after a room or a thread was completed.</summary>
    public static Task AfterAsync(string folder, string room, CancellationToken cancellationToken) => CutAsync(folder, room, null, cancellationToken);

    /// <summary>Interrupts an export in the middle of a room or a thread, before the first message of a bucket.</summary>
    public static Task InsideAsync(string folder, string room, long bucket, CancellationToken cancellationToken) => CutAsync(folder, room, bucket, cancellationToken);

    /// <summary>Removes lines of the file of an export, which is complete and has the right digest all the same.</summary>
    public static async Task RemoveAsync(string folder, Func<List<string>, List<string>> keep, CancellationToken cancellationToken)
    {
        var manifest = await ReadAsync(folder, cancellationToken);
        manifest["files"] = new JsonArray(await WriteAsync(folder, Lines, keep([.. await File.ReadAllLinesAsync(Path.Combine(folder, Lines), cancellationToken)]), cancellationToken));
        await SaveAsync(folder, manifest, cancellationToken);
    }

    private static async Task CutAsync(string folder, string room, long? bucket, CancellationToken cancellationToken)
    {
        var manifest = await ReadAsync(folder, cancellationToken);
        var lines = await File.ReadAllLinesAsync(Path.Combine(folder, Lines), cancellationToken);
        var facts = lines.Select(line => JsonNode.Parse(line)!).ToList();
        var start = facts.FindIndex(fact => (string)fact["f"]! == "room" && RoomOf(fact) == room);
        var end = facts.FindIndex(start, fact => (string)fact["f"]! == "end");
        var next = bucket is null ? end + 1 : facts.FindIndex(start, fact => (string)fact["f"]! == "message" && (long)fact["k"]! >= bucket * 128);
        if (bucket is not null)
        {
            var fields = facts[end]["v"]!;
            manifest["open"] = new JsonObject
            {
                ["number"] = (long)facts[start]["n"]!,
                ["room"] = room,
                ["epoch"] = (string)fields["epoch"]!,
                ["first"] = (long)facts[start]["first"]!,
                ["last"] = (long)facts[start]["last"]!,
                ["revision"] = fields["rev"] is { } revision ? long.Parse((string)revision!, CultureInfo.InvariantCulture) : 0,
                ["nextBucket"] = bucket,
            };
        }

        manifest["complete"] = false;
        manifest["files"] = new JsonArray(await WriteAsync(folder, Lines, lines[..next], cancellationToken));
        var index = await File.ReadAllLinesAsync(Path.Combine(folder, Scopes), cancellationToken);
        manifest["index"] = await WriteAsync(folder, Scopes, index[..facts.Take(next).Count(fact => (string)fact["f"]! == "end")], cancellationToken);
        await SaveAsync(folder, manifest, cancellationToken);
    }

    private static string RoomOf(JsonNode fact) => fact["t"] is { } thread ? new ThreadId((string)fact["k"]!, (long)thread).RoomId : (string)fact["k"]!;

    private static async Task<JsonObject> ReadAsync(string folder, CancellationToken cancellationToken) =>
        JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "manifest.json"), cancellationToken))!.AsObject();

    private static Task SaveAsync(string folder, JsonObject manifest, CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(Path.Combine(folder, "manifest.json"), manifest.ToJsonString(), cancellationToken);

    private static async Task<JsonObject> WriteAsync(string folder, string name, IEnumerable<string> lines, CancellationToken cancellationToken)
    {
        var content = Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));
        await File.WriteAllBytesAsync(Path.Combine(folder, name), content, cancellationToken);
        return new JsonObject { ["name"] = name, ["bytes"] = content.Length, ["sha256"] = Convert.ToHexString(SHA256.HashData(content)).ToLowerInvariant() };
    }
}
