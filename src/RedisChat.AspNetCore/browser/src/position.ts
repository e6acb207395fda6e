/** The position of somebody who has seen nothing, in a room that does not exist yet. */
export const start = "0.0.0.0";

/** A position is `epoch.messageId.stamp.revision`. All numbers but the epoch fit into 53 bits. */
export const parse = (position: string) => position.split(".").map((part, i) => (i ? +part : part)) as [epoch: string, id: number, stamp: number, revision: number];

/**
 * What a reader at `a` lacks of what one at `b` has seen: nothing (0); something (1); or the two cannot belong to one history (2), because the room was created again,
 * or a failover lost the end of it and gave its ids to other messages. A room that did not exist has no history that could differ.
 */
export function lag(a: string, b = start): 0 | 1 | 2 {
  const [epoch, id, stamp, revision] = parse(a);
  const [otherEpoch, otherId, otherStamp, otherRevision] = parse(b);
  if (a !== start && b !== start && (epoch !== otherEpoch || (id === otherId && stamp !== otherStamp))) return 2;
  return id < otherId || revision < otherRevision ? 1 : 0;
}
