namespace RedisChat;

/// <summary>How many reactions with one emoji a message has.</summary>
/// <param name="Emoji">The emoji or short name, normalized: see <see cref="RoomReactions"/>.</param>
/// <param name="Count">The number of reactions: one per user, unless reactions are counted (<see cref="ReactionMode.Counted"/>).</param>
/// <param name="Own">How many of them are those of the reader (<see cref="MessageQuery.Reader"/>) or, in the answer to a change, of the user who made it; 0 if there is neither, as in an event.</param>
public sealed record Reaction(string Emoji, long Count, long Own = 0);
