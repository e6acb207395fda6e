namespace RedisChat;

/// <summary>Runs the filters of a chat, in their order and within their time, before a call's first attempt.</summary>
internal sealed class MessageFilters
{
    private readonly IMessageFilter[] _filters;
    private readonly OperationRunner _runner;

    private MessageFilters(IMessageFilter[] filters, OperationRunner runner)
    {
        _filters = filters;
        _runner = runner;
    }

    private MessageFilterOptions Options => _runner.Options.Filters;

    /// <summary>The filters of a chat; <see langword="null"/> if there are none, so that the calls of such a chat skip this step entirely.</summary>
    public static MessageFilters? Of(IEnumerable<IMessageFilter>? filters, OperationRunner runner)
    {
        IMessageFilter[] copy = [.. filters ?? []];
        if (Array.Exists(copy, filter => filter is null))
        {
            throw new ArgumentException("A filter is null.", nameof(filters));
        }

        return copy.Length == 0 ? null : new MessageFilters(copy, runner);
    }

    /// <summary>Filters a new message that has passed the input checks.</summary>
    /// <returns>The message to store.</returns>
    public async ValueTask<NewMessage> FilterAsync(string room, NewMessage message, CancellationToken cancellationToken)
    {
        if (message.IsFromApplication)
        {
            return message;
        }

        var accepted = await FilterAsync(
            new FilteredMessage
            {
                Room = room,
                User = message.User,
                Text = message.Text,
                Metadata = message.Metadata,
                ReplyTo = message.ReplyTo,
                Mentions = message.Mentions,
                Attachments = message.Attachments,
            },
            ChatOperations.Send, cancellationToken)
            .ConfigureAwait(false);
        return message.With(accepted.Text, accepted.Metadata!);
    }

    /// <summary>Filters messages in their order.</summary>
    /// <returns>The messages to store.</returns>
    public async ValueTask<IReadOnlyList<NewMessage>> FilterAsync(string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken)
    {
        var accepted = new NewMessage[messages.Count];
        for (var i = 0; i < accepted.Length; i++)
        {
            accepted[i] = await FilterAsync(room, messages[i], cancellationToken).ConfigureAwait(false);
        }

        return accepted;
    }

    /// <summary>Filters what a call wants to store.</summary>
    /// <param name="message">The message.</param>
    /// <param name="operation">The name of the call, for errors.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public ValueTask<FilteredMessage> FilterAsync(FilteredMessage message, string operation, CancellationToken cancellationToken) =>
        _runner.RunOnceAsync(
            ChatOperations.Filter, message.Room, (Filters: this, Message: message, Operation: operation),
            static (call, token) => call.Filters.RunAsync(call.Message, call.Operation, token), cancellationToken);

    private async ValueTask<FilteredMessage> RunAsync(FilteredMessage message, string operation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var deadline = new Deadline(Options.Timeout, _runner.Time, cancellationToken);
        foreach (var filter in _filters)
        {
            FilterDecision decision;
            try
            {
                decision = await AskAsync(filter, message, deadline.Token).ConfigureAwait(false);
                message = Apply(decision, message);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            catch (Exception e)
            {
                var isLate = deadline.Token.IsCancellationRequested;
                Failed(filter, e, isLate);
                if (Options.OnFailure == FilterFailureMode.Refuse)
                {
                    throw FilterRefusal.Failed(message.Room, operation, isLate ? new TimeoutException("The filters did not decide in time.", e) : e);
                }

                if (isLate)
                {
                    break;
                }

                continue;
            }

            if (decision.Outcome != FilterOutcome.Accepted)
            {
                ChatTelemetry.Filtered(decision.Outcome == FilterOutcome.Refused ? "refused" : "replaced");
            }

            if (decision.Outcome == FilterOutcome.Refused)
            {
                throw FilterRefusal.Refused(message.Room, operation, decision.Reason!);
            }
        }

        return message;
    }

    /// <summary>Asks a filter, and stops waiting when the time is up, even if the filter does not.</summary>
    private static async ValueTask<FilterDecision> AskAsync(IMessageFilter filter, FilteredMessage message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var decision = filter.FilterAsync(message, cancellationToken);
        if (decision.IsCompletedSuccessfully)
        {
            return decision.Result;
        }

        var deciding = decision.AsTask();
        try
        {
            return await deciding.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!deciding.IsCompleted)
            {
                // Nobody waits for it any more, so that its exception would be unobserved.
                _ = deciding.ContinueWith(
                    static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
    }

    /// <summary>The message after a decision. What a filter makes of it is checked as if a sender had written it.</summary>
    private FilteredMessage Apply(FilterDecision decision, FilteredMessage message)
    {
        if (decision is null)
        {
            throw new InvalidOperationException("The filter returned null instead of a decision.");
        }

        if (decision.Outcome != FilterOutcome.Replaced)
        {
            return message;
        }

        MessageInput.CheckText(decision.Text!, _runner.Options, mayBeEmpty: message.Attachments is { Count: > 0 });
        if (decision.Metadata is { } metadata)
        {
            MessageInput.CheckMetadata(metadata, _runner.Options, nameof(FilterDecision.Metadata));
        }

        return message with { Text = decision.Text!, Metadata = decision.Metadata ?? message.Metadata };
    }

    private void Failed(IMessageFilter filter, Exception error, bool isLate)
    {
        var name = filter.GetType().Name;
        if (isLate)
        {
            ChatLog.FilterLate(_runner.Logger, name, Options.Timeout.TotalMilliseconds, Options.OnFailure);
        }
        else
        {
            ChatLog.FilterFailed(_runner.Logger, name, error.GetType().Name, Options.OnFailure);
        }

        // The exception may contain the user's text.
        ChatLog.FilterError(_runner.Logger, name, error);
        ChatTelemetry.Filtered(isLate ? "late" : "failed");
    }
}
