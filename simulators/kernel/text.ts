/** The length of `text` in Unicode code points, as networks count it. */
export const codePoints = (text: string): number => Array.from(text).length;
