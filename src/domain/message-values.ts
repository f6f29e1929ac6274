import type { Attributes } from './author.ts';
import type { VariableSource, VariableSources } from './template.ts';

/** What is known of somebody that a message can be filled with. */
export interface KnownRecipient {
  readonly name: string;
  readonly attributes: Attributes;
}

/** The value of each variable for one recipient; where nothing is known, the default. */
export function messageValues(sources: VariableSources, recipient: KnownRecipient): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(sources).map(([place, source]) => [place, valueOf(source, recipient)]));
}

function valueOf(source: VariableSource, { name, attributes }: KnownRecipient): string {
  switch (source.from) {
    case 'fixed':
      return source.value;
    case 'name':
      return name.trim() === '' ? source.default : name;
    case 'attribute': {
      const value = Object.hasOwn(attributes, source.name) ? attributes[source.name] : undefined;
      return value === undefined || value === '' ? source.default : String(value);
    }
  }
}
