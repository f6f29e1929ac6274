import type { TemplateButton, TemplateContent, TemplateHeader } from './template.ts';

/** The name of each `{{variable}}` of a text, in their order, as often as it is there. */
export function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(variable)].map((match) => match[1] ?? '');
}

/** The text with a value for each variable; one that has none stays as it is written. */
export function fillText(text: string, valueOf: (name: string) => string | undefined): string {
  return text.replaceAll(variable, (written, name: string) => valueOf(name) ?? written);
}

export const variable = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** A place of a template that takes a value with each message, by the name under which a campaign gives it. */
export interface TemplatePlace {
  /** `body.first_name`, `header.1`, `button.0`, `card.2.body.1`; `header.media`, `header.latitude`. */
  readonly key: string;
  readonly takes: 'text' | 'media' | 'coordinate' | 'url_ending' | 'coupon_code';
  /** The value that WhatsApp was shown; `null` where the file itself is the sample. */
  readonly example: string | null;
}

/** Everything of a template that a message has to bring a value for, each once, in the order of the message. */
export function placesOf(content: TemplateContent): readonly TemplatePlace[] {
  const texts = [...headerPlaces('', content.header), ...textPlaces('body', content.body)];
  const cards = content.cards.flatMap(({ header, body, buttons }, index) => {
    const prefix = `card.${index}.`;
    return [...headerPlaces(prefix, header), ...textPlaces(`${prefix}body`, body), ...buttonPlaces(prefix, buttons)];
  });
  return [...texts, ...buttonPlaces('', content.buttons), ...cards];
}

function headerPlaces(prefix: string, header: TemplateHeader | null): readonly TemplatePlace[] {
  if (header === null) return [];
  if (header.kind === 'text') return textPlaces(`${prefix}header`, header);
  if (header.kind !== 'location') return [{ key: `${prefix}header.media`, takes: 'media', example: null }];
  return ['latitude', 'longitude', 'name', 'address'].map((part) => ({
    key: `${prefix}header.${part}`,
    takes: part === 'latitude' || part === 'longitude' ? 'coordinate' : 'text',
    example: null,
  }));
}

function textPlaces(
  key: string,
  { text, examples }: { readonly text: string; readonly examples: Readonly<Record<string, string>> },
): readonly TemplatePlace[] {
  return [...new Set(variablesIn(text))].map((name) => ({
    key: `${key}.${name}`,
    takes: 'text',
    example: ownValue(examples, name) ?? null,
  }));
}

function buttonPlaces(prefix: string, buttons: readonly TemplateButton[]): readonly TemplatePlace[] {
  return buttons.flatMap((button, index): readonly TemplatePlace[] => {
    const key = `${prefix}button.${index}`;
    if (button.kind === 'copy_code') return [{ key, takes: 'coupon_code', example: button.example }];
    if (button.kind !== 'url' || variablesIn(button.url).length === 0) return [];
    return [{ key, takes: 'url_ending', example: button.example }];
  });
}

/** A value under a name that people have chosen, which must not reach what every object has. */
export function ownValue(values: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
