import type { VariableSources } from './template.ts';

/** What each variable falls back to: the values of a message to somebody of whom nothing is known. */
export function defaultValues(sources: VariableSources): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(sources).map(([place, source]) => [place, source.from === 'fixed' ? source.value : source.default]),
  );
}
