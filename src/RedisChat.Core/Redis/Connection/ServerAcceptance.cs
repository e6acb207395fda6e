using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Checks, once per connection, whether the servers are fit to store messages.</summary>
internal sealed class ServerAcceptance(int database)
{
    private static readonly RedisScript DatabaseCheck = new("database_check.lua");

    /// <summary>Whether to use a server even if it evicts keys, and so deletes messages.</summary>
    public bool AllowsEviction { get; set; }

    /// <summary>Checks that the servers are fit and, before a write, that one primary is connected.</summary>
    /// <exception cref="ChatTopologyException">The call writes, and two servers claim to be the primary.</exception>
    /// <exception cref="ChatException">A server is not fit, or does not let this user use the database.</exception>
    public async Task RequireAsync(RedisLink link, bool writes, CancellationToken cancellationToken)
    {
        if (!link.IsAccepted)
        {
            await AcceptAsync(link, cancellationToken).ConfigureAwait(false);
        }

        if (writes && await link.Guard.HasTwoAsync(cancellationToken).ConfigureAwait(false))
        {
            throw new ChatTopologyException(PrimaryGuard.Sentence);
        }
    }

    // Primaries that cannot be checked now are checked before the next operation.
    private async Task AcceptAsync(RedisLink link, CancellationToken cancellationToken)
    {
        var primaries = Array.FindAll(link.Multiplexer.GetServers(), server => server is { IsConnected: true, IsReplica: false });
        try
        {
            foreach (var primary in primaries)
            {
                await CheckDatabaseAsync(primary, cancellationToken).ConfigureAwait(false);
                await CheckInfoAsync(primary, cancellationToken).ConfigureAwait(false);
            }

            link.IsAccepted = primaries.Length > 0;
        }
        catch (Exception e) when (e is RedisException or RedisTimeoutException or RedisCommandException)
        {
            // The server is away or cannot answer now; the operation itself will report that.
        }
    }

    private async Task CheckInfoAsync(IServer primary, CancellationToken cancellationToken)
    {
        try
        {
            var info = await RedisInfo.ReadAsync(primary, cancellationToken).ConfigureAwait(false);
            if (RedisRequirements.RefusalOf(info, AllowsEviction) is { } refusal)
            {
                throw new ChatServerException(refusal);
            }
        }
        catch (Exception e) when (ServerRefusals.IsForGood(e))
        {
            // INFO is permanently unavailable, at least to this user, so there is nothing more to check.
        }
    }

    // The client library selects the database itself and ignores a refusal: it would then write to the wrong database.
    private async Task CheckDatabaseAsync(IServer primary, CancellationToken cancellationToken)
    {
        if (database == 0)
        {
            return;
        }

        try
        {
            await primary.ExecuteAsync("EVAL", DatabaseCheck.Text, 0, database).UntilAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RedisServerException e) when (MissingRight.From(e) is { Kind: MissingRightKind.Command })
        {
            throw new ChatException(
                $"Redis does not let this user select the database {database} (defaultDatabase): the right +select is missing. Nothing was done.", e);
        }
        catch (RedisServerException e) when (ServerRefusals.Translate(e) is not ChatUnavailableException and var refusal)
        {
            throw refusal;
        }
    }
}
