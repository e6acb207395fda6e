/** A position `epoch.messageId.stamp.revision`. All numbers but the epoch fit into 53 bits. */
export interface Position {
  _epoch: string;
  _id: number;
  _stamp: number;
  _revision: number;
  _token: string;
}

export const start = "0.0.0.0";

export function parse(token: string): Position {
  const [epoch, id, stamp, revision] = token.split(".");
  return { _epoch: epoch, _id: +id, _stamp: +stamp, _revision: +revision, _token: token };
}

/**
 * Whether two positions cannot belong to one history: the room was created again, or a failover lost the end of it and gave its ids to other messages.
 * A room that did not exist has no history that could differ.
 */
export const differs = (a: Position, b: Position): boolean =>
  a._token !== start && b._token !== start && (a._epoch !== b._epoch || (a._id === b._id && a._stamp !== b._stamp));

/** Whether `a` misses something that `b` has seen. */
export const isBehind = (a: Position, b: Position): boolean => differs(a, b) || a._id < b._id || a._revision < b._revision;
