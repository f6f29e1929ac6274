/** Where every time in business code comes from: milliseconds since the epoch. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();
