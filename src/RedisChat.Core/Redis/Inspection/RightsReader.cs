using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Finds out which of the chat's rights a user lacks, without changing anything: see <c>rights_check.lua</c>.</summary>
internal sealed class RightsReader(RedisStoreContext context)
{
    private static readonly RedisScript Check = new("rights_check.lua");

    private readonly string[] _keys =
    [
        context.Keys.Room(""), context.Keys.Bucket("", 0), context.Keys.Sent("", 0), context.Keys.Live(""), context.Keys.Author("", ""),
        context.Keys.Changed(""), context.Keys.Sealed(""),
    ];

    /// <summary>The missing rights as words of <c>ACL SETUSER</c>. Empty if the server can only be asked by writing, as before Redis 7.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync(IServer server, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        try
        {
            await server.ExecuteAsync("EVALSHA", new string('0', 40), 0).UntilAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RedisServerException e)
        {
            // The script does not exist, so any error but a missing right is expected.
            Add(missing, e.Message, "EVALSHA", 0);
        }

        try
        {
            var refused = await server.ExecuteAsync(
                "EVAL", [Check.Text, _keys.Length, .. _keys.Select(key => (object)(RedisKey)key), context.Connection.Channels.PublishCommand])
                .UntilAsync(cancellationToken).ConfigureAwait(false);
            for (var i = 0; i + 2 < refused.Length; i += 3)
            {
                Add(missing, refused[i + 2].ToString(), refused[i].ToString(), (int)refused[i + 1]);
            }
        }
        catch (RedisServerException e)
        {
            // An older server rejects the script's first line, and a cluster node may not serve the room. EVAL needs the key patterns of its keys too.
            if (MissingRight.From(e) is { Kind: MissingRightKind.Command })
            {
                Add(missing, e.Message, "EVAL", 0);
            }
            else if (MissingRight.From(e) is not null)
            {
                missing.Add(Pattern('~', _keys[0]));
            }
        }

        return [.. missing.Distinct()];
    }

    private void Add(List<string> missing, string words, string command, int key)
    {
        if (MissingRight.From(words) is { } right)
        {
            missing.Add(right.Kind switch
            {
                MissingRightKind.Key => Pattern('~', _keys[key - 1]),
                MissingRightKind.Channel => Pattern('&', _keys[key - 1]),
                _ => $"+{command.ToLowerInvariant()}",
            });
        }
    }

    // The default scheme puts the room's id into braces. Only the application knows which prefix the names of another scheme share.
    private static string Pattern(char kind, string name) => name.IndexOf('{', StringComparison.Ordinal) is > 0 and var end ? $"{kind}{name[..end]}*" : $"{kind}{name}";
}
