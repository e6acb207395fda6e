using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Runs the steps of an import or a migration of one scope: each is one transaction that takes place only if the scope is still where the step before left it.</summary>
/// <param name="calls">Runs the calls.</param>
/// <param name="scope">The scope.</param>
/// <param name="what">What is going on, for errors: <c>import</c>.</param>
internal sealed class ImportCommits(TransferCalls calls, TransferScope scope, string what)
{
    private readonly string _key = calls.Keys.Room(scope.Id);

    /// <summary>The conditions that the scope is at a step. The first step of a deletion of the unfinished room sets <c>erased</c>.</summary>
    public Condition[] At(ImportStep step) => [Condition.HashEqual(_key, ImportMark.Field, step.ToString()), Condition.HashNotExists(_key, "erased")];

    /// <summary>Runs a step. If its answer is lost, the room says whether it took place.</summary>
    /// <param name="conditions">What must hold.</param>
    /// <param name="write">Adds the writes.</param>
    /// <param name="after">The mark that the step leaves; <see langword="null"/> if it removes the mark, because all is complete.</param>
    /// <param name="done">The mark of a complete scope.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task CommitAsync(Condition[] conditions, Action<ITransaction> write, string? after, string done, CancellationToken cancellationToken)
    {
        for (long? since = null; ;)
        {
            try
            {
                var isDone = await calls.WriteAsync(
                    database =>
                    {
                        var transaction = database.CreateTransaction();
                        foreach (var condition in conditions)
                        {
                            transaction.AddCondition(condition);
                        }

                        write(transaction);
                        return transaction.ExecuteAsync(CommandFlags.DemandMaster);
                    },
                    cancellationToken).ConfigureAwait(false);
                if (isDone || await IsAsync(after, done, cancellationToken).ConfigureAwait(false))
                {
                    return;
                }

                throw new ChatTransferException(
                    $"While the {what} was writing {scope}, someone else created, changed or deleted it. If another {what} is running, let it finish. {(scope.IsUser ? "" : "If the room is being deleted, wait for that. If it was created in the chat meanwhile, delete it there or leave it out. ")}If another server has taken over, it may not have the last steps. Then repeat the {what}.")
                {
                    Room = scope.IsUser ? null : scope.Id,
                };
            }
            catch (ChatException e) when (TransferCalls.MayPass(e) && !cancellationToken.IsCancellationRequested)
            {
                since ??= calls.Begin(e);
                if (!await calls.MayTryAgainAsync(since.Value, cancellationToken).ConfigureAwait(false))
                {
                    throw;
                }

                if (await IsAsync(after, done, cancellationToken).ConfigureAwait(false))
                {
                    return;
                }
            }
        }
    }

    private async Task<bool> IsAsync(string? after, string done, CancellationToken cancellationToken)
    {
        var fields = await calls.ReadAsync(database => database.HashGetAsync(_key, [ImportMark.Field, ImportMark.DoneField], CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
        return after is not null ? fields[0] == after : fields[0].IsNull && fields[1] == done;
    }
}
