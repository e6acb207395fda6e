namespace RedisChat;

/// <summary>What became of a change: see <see cref="IMessageStore.ChangeAsync"/>.</summary>
/// <param name="Outcome">Whether anything was changed.</param>
/// <param name="Message">The message as it is now; as it last was if it was deleted; <see langword="null"/> if there was none.</param>
public readonly record struct MessageChange(ChangeOutcome Outcome, Message? Message);
