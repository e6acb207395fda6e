namespace RedisChat;

/// <summary>The reactions to a room's messages: see <see cref="ChatRoom.Reactions"/>.</summary>
/// <remarks>
/// <para>
/// A reaction is an emoji, possibly of several code points, or a short name such as <c>:shipit:</c>: 1 to 64 bytes of UTF-8 without white space and
/// control characters. Variation selectors (U+FE0E, U+FE0F) are removed, so the same emoji always counts as one kind; everything else is compared byte by byte.
/// </para>
/// <para>
/// Adding and removing are idempotent, unless reactions are counted (<see cref="ReactionMode.Counted"/>). Watchers receive
/// <see cref="RoomEvent.Reacted"/>, and pages have <see cref="MessagePage.Reactions"/>. Thread-safe.
/// </para>
/// </remarks>
public sealed class RoomReactions
{
    private static readonly ChatOperation List = new(ChatOperations.React, "The reactions could not be read");

    private static readonly ChatOperation React = new(ChatOperations.React, "The reactions could not be changed")
    {
        Writes = true,
        InDoubt = "It may have taken effect. It is safe to try again.",
    };

    // Repeated, it would count twice.
    private static readonly ChatOperation Count = new(ChatOperations.React, "The reactions could not be changed")
    {
        Writes = true,
        IsRepeatable = false,
        InDoubt = "It may have taken effect. Read the message's reactions before you try again.",
    };

    private readonly string _room;
    private readonly IMessageStore _store;
    private readonly OperationRunner _runner;

    internal RoomReactions(string room, IMessageStore store, OperationRunner runner)
    {
        _room = room;
        _store = store;
        _runner = runner;
    }

    private ReactionOptions Options => _runner.Options.Reactions;

    /// <summary>Adds a user's reaction to a message. In <see cref="ReactionMode.OnePerUser"/> it replaces the previous one.</summary>
    /// <param name="messageId">The message's id.</param>
    /// <param name="user">The id of the user who reacts.</param>
    /// <param name="emoji">The emoji or short name.</param>
    /// <param name="cancellationToken">Stops waiting; the reaction may still be added.</param>
    /// <returns>All reactions to the message now, in order of first use, with how many are the user's; <see langword="null"/> if the message does not exist.</returns>
    /// <exception cref="ChatInputException">An id or the emoji is not valid.</exception>
    /// <exception cref="ChatLimitException">The message already has <see cref="ReactionOptions.MaxKinds"/> other kinds.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support reactions.</exception>
    public Task<IReadOnlyList<Reaction>?> AddAsync(long messageId, string user, string emoji, CancellationToken cancellationToken = default) =>
        ChangeAsync(messageId, user, emoji, ReactionRules.Add, cancellationToken);

    /// <summary>Removes a user's reaction from a message.</summary>
    /// <param name="messageId">The message's id.</param>
    /// <param name="user">The id of the user who reacted.</param>
    /// <param name="emoji">The emoji or short name.</param>
    /// <param name="cancellationToken">Stops waiting; the reaction may still be removed.</param>
    /// <returns>All reactions to the message now, in order of first use, with how many are the user's; <see langword="null"/> if the message does not exist.</returns>
    /// <exception cref="ChatInputException">An id or the emoji is not valid.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support reactions.</exception>
    public Task<IReadOnlyList<Reaction>?> RemoveAsync(long messageId, string user, string emoji, CancellationToken cancellationToken = default) =>
        ChangeAsync(messageId, user, emoji, ReactionRules.Remove, cancellationToken);

    /// <summary>Lists the users who reacted to a message with an emoji. If there are many, it takes several calls.</summary>
    /// <remarks>
    /// A user who adds or removes the reaction during the listing may or may not be listed, and a user may be listed twice then; nobody else is missing.
    /// </remarks>
    /// <param name="messageId">The message's id.</param>
    /// <param name="emoji">The emoji or short name.</param>
    /// <param name="cursor">Where to continue: the <see cref="ReactionUsers.Cursor"/> of the previous call; omit it to start.</param>
    /// <param name="limit">About how many users to return: 1 to <see cref="ChatLimits.MaxPageSize"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatInputException">The id, the emoji, the cursor or the limit is not valid.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support reactions.</exception>
    public Task<ReactionUsers> WhoAsync(
        long messageId, string emoji, string? cursor = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckMessageId(messageId);
        ChatInput.CheckLimit(limit);
        return _runner.RunAsync(
            List, _room, (Store: Reactions(), Room: _room, Id: messageId, Emoji: EmojiKey.Of(emoji), Cursor: cursor, Limit: limit),
            static (call, token) => call.Store.ReadReactionUsersAsync(call.Room, call.Id, call.Emoji, call.Cursor, call.Limit, token), cancellationToken).AsTask();
    }

    private Task<IReadOnlyList<Reaction>?> ChangeAsync(
        long messageId, string user, string emoji, Func<IReadOnlyList<Reaction>, string, ReactionMode, IReadOnlyList<Reaction>> rule, CancellationToken cancellationToken)
    {
        ChatInput.CheckMessageId(messageId);
        ChatInput.CheckId(user);
        return ChangeCheckedAsync(messageId, user, EmojiKey.Of(emoji), rule, cancellationToken);
    }

    private async Task<IReadOnlyList<Reaction>?> ChangeCheckedAsync(
        long messageId, string user, string key, Func<IReadOnlyList<Reaction>, string, ReactionMode, IReadOnlyList<Reaction>> rule, CancellationToken cancellationToken)
    {
        var mode = Options.Mode;
        IReadOnlyList<Reaction> own = [];
        var reactions = await _runner.RunAsync(
            mode == ReactionMode.Counted ? Count : React,
            _room,
            (Store: Reactions(), Room: _room, Id: messageId, User: user, Change: (Func<IReadOnlyList<Reaction>, IReadOnlyList<Reaction>>)Changed, Options.MaxKinds),
            static (call, token) => call.Store.ChangeReactionsAsync(call.Room, call.Id, call.User, call.Change, call.MaxKinds, token), cancellationToken).ConfigureAwait(false);
        return reactions is null ? null : [.. reactions.Select(reaction => reaction with { Own = own.FirstOrDefault(one => one.Emoji == reaction.Emoji)?.Count ?? 0 })];

        // The last call decides what is stored.
        IReadOnlyList<Reaction> Changed(IReadOnlyList<Reaction> before) => own = rule(before, key, mode);
    }

    private IReactionStore Reactions() => _store.RequireAbility<IReactionStore>("reactions");
}
