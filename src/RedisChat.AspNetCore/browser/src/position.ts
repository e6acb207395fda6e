/** The position of somebody who has seen nothing, in a room that does not exist yet. */
export const start = "0.0.0.0";

/** A position is `epoch.messageId.stamp.revision`. All numbers but the epoch fit into 53 bits. */
export const parse = (position: string) => position.split(".").map((part, i) => (i ? +part : part)) as [epoch: string, id: number, stamp: number, revision: number];

/**
 * Whether two positions cannot belong to one history: the room was created again, or a failover lost the end of it and gave its ids to other messages.
 * A room that did not exist has no history that could differ.
 */
export function differs(a: string, b: string): boolean {
  const [epoch, id, stamp] = parse(a);
  const [otherEpoch, otherId, otherStamp] = parse(b);
  return a !== start && b !== start && (epoch !== otherEpoch || (id === otherId && stamp !== otherStamp));
}

/** Whether `a` misses something that `b` has seen. */
export function isBehind(a: string, b: string): boolean {
  const [, id, , revision] = parse(a);
  const [, otherId, , otherRevision] = parse(b);
  return differs(a, b) || id < otherId || revision < otherRevision;
}
