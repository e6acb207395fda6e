namespace RedisChat;

/// <summary>The result of a change: see <see cref="IMessageStore.ChangeAsync"/>.</summary>
/// <param name="Outcome">Whether anything was changed.</param>
/// <param name="Message">The message as it is now, or its last state if it was deleted; <see langword="null"/> if it did not exist.</param>
public readonly record struct MessageChange(ChangeOutcome Outcome, Message? Message);
