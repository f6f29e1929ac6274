let counter = 0;

/** A number as text, as networks give them out: never given twice, larger than those before it. */
export function nextNumericId(): string {
  counter = (counter + 1) % 10_000;
  return `${Date.now()}${String(counter).padStart(4, '0')}`;
}
