namespace RedisChat;

/// <summary>How often a message was reacted to with one emoji.</summary>
/// <param name="Emoji">The emoji or short name, normalized: see <see cref="RoomReactions"/>.</param>
/// <param name="Count">How many reactions there are; one for each user unless reactions are counted (<see cref="ReactionMode.Counted"/>).</param>
/// <param name="Own">How many of them are the reader's (<see cref="MessageQuery.Reader"/>); 0 where no reader was named.</param>
public sealed record Reaction(string Emoji, long Count, long Own = 0);
