namespace RedisChat;

/// <summary>How far a deletion of many messages is: see <see cref="ChatRoom.DeleteManyAsync"/>.</summary>
/// <param name="Deleted">How many messages it has deleted. Messages whose deletion got no answer, so that it was repeated, are not counted.</param>
/// <param name="Done">How many of the selected ids have been dealt with, whether or not there was a message.</param>
/// <param name="Total">How many ids are selected. A selection by author counts all ids of its range.</param>
public sealed record DeletionProgress(long Deleted, long Done, long Total);
