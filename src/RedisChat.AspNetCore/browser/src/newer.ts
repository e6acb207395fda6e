type State = { version: number; text: string; writing?: string };

/** While a message is being written, its version is 1 and its text only grows: those states are just below that version, the longer ones nearer to it. */
const order = ({ version, text, writing }: State) => version - (writing === "InProgress" ? 1 / (2 + text.length) : 0);

/** Whether this state of a message is newer than the known one. */
export const isNewer = (state: State, known?: State): boolean => !known || order(known) < order(state);
