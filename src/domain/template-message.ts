import type { TemplateButton, TemplateCard, TemplateContent, TemplateHeader, TemplateText } from './template.ts';
import { fillText, ownValue, placesOf, variablesIn } from './template-variables.ts';

/** Values by the places of a template (`TemplatePlace.key`). Of media: a link that WhatsApp fetches, or its own media id. */
export type TemplateValues = Readonly<Record<string, string>>;

/** A component of a message's `template`, as the Cloud API takes it. */
export type MessageComponent =
  | { readonly type: 'header' | 'body'; readonly parameters: readonly MessageParameter[] }
  | {
      readonly type: 'button';
      readonly sub_type: 'url' | 'quick_reply' | 'copy_code';
      readonly index: string;
      readonly parameters: readonly MessageParameter[];
    }
  | {
      readonly type: 'carousel';
      readonly cards: readonly { readonly card_index: number; readonly components: readonly MessageComponent[] }[];
    };

export type MessageParameter =
  | { readonly type: 'text'; readonly text: string; readonly parameter_name?: string }
  | { readonly type: 'payload'; readonly payload: string }
  | { readonly type: 'coupon_code'; readonly coupon_code: string }
  | { readonly type: 'image'; readonly image: MediaParameter }
  | { readonly type: 'video'; readonly video: MediaParameter }
  | { readonly type: 'document'; readonly document: MediaParameter }
  | {
      readonly type: 'location';
      readonly location: {
        readonly latitude: string;
        readonly longitude: string;
        readonly name: string;
        readonly address: string;
      };
    };

export type MediaParameter = { readonly link: string } | { readonly id: string };

/** The places that have no value: WhatsApp refuses a message that lacks one, or whose value is empty. */
export function missingValues(content: TemplateContent, values: TemplateValues): readonly string[] {
  return placesOf(content)
    .map(({ key }) => key)
    .filter((key) => (ownValue(values, key) ?? '').trim() === '');
}

/**
 * The `components` of a message of this template. Values are made fit for WhatsApp, which refuses line breaks, tabs and
 * more than four spaces in a row.
 *
 * @throws where a value is missing; `missingValues` tells that beforehand.
 */
export function componentsFor(content: TemplateContent, values: TemplateValues): readonly MessageComponent[] {
  const valueOf = required(values);
  const named = content.parameterFormat === 'named';
  const cards = content.cards.map((card, index) => ({
    card_index: index,
    components: partsOf(card, { prefix: `card.${index}.`, named, valueOf }),
  }));
  return [
    ...partsOf(content, { prefix: '', named, valueOf }),
    ...(cards.length === 0 ? [] : [{ type: 'carousel', cards } as const]),
  ];
}

interface Filling {
  readonly prefix: string;
  readonly named: boolean;
  readonly valueOf: (key: string) => string;
}

function partsOf(
  { header, body, buttons }: Pick<TemplateContent, 'body' | 'buttons'> & { header: TemplateHeader | null },
  filling: Filling,
): readonly MessageComponent[] {
  return [...headerPart(header, filling), ...textPart('body', body, filling), ...buttonParts(buttons, filling)];
}

function headerPart(header: TemplateHeader | null, filling: Filling): readonly MessageComponent[] {
  if (header === null) return [];
  if (header.kind === 'text') return textPart('header', header, filling);
  const { prefix, valueOf } = filling;
  if (header.kind === 'location') {
    const part = (name: string): string => valueOf(`${prefix}header.${name}`);
    const location = {
      latitude: part('latitude'),
      longitude: part('longitude'),
      name: part('name'),
      address: part('address'),
    };
    return [{ type: 'header', parameters: [{ type: 'location', location }] }];
  }
  const media = mediaOf(valueOf(`${prefix}header.media`));
  return [{ type: 'header', parameters: [mediaParameter(header.kind, media)] }];
}

function textPart(
  type: 'header' | 'body',
  { text }: TemplateText,
  { prefix, named, valueOf }: Filling,
): readonly MessageComponent[] {
  const names = [...new Set(variablesIn(text))];
  if (names.length === 0) return [];
  const inOrder = named ? names : names.toSorted((a, b) => Number(a) - Number(b));
  const parameters = inOrder.map((name) => ({
    type: 'text' as const,
    ...(named ? { parameter_name: name } : {}),
    text: fitting(valueOf(`${prefix}${type}.${name}`)),
  }));
  return [{ type, parameters }];
}

function buttonParts(buttons: readonly TemplateButton[], { prefix, valueOf }: Filling): readonly MessageComponent[] {
  return buttons.flatMap((button, place): readonly MessageComponent[] => {
    const index = String(place);
    const key = `${prefix}button.${place}`;
    switch (button.kind) {
      case 'quick_reply':
        // What the recipient's tap brings back.
        return [
          { type: 'button', sub_type: 'quick_reply', index, parameters: [{ type: 'payload', payload: button.label }] },
        ];
      case 'url':
        if (variablesIn(button.url).length === 0) return [];
        return [
          { type: 'button', sub_type: 'url', index, parameters: [{ type: 'text', text: fitting(valueOf(key)) }] },
        ];
      case 'copy_code':
        return [
          {
            type: 'button',
            sub_type: 'copy_code',
            index,
            parameters: [{ type: 'coupon_code', coupon_code: valueOf(key) }],
          },
        ];
      case 'phone_number':
        return [];
    }
  });
}

function mediaParameter(kind: 'image' | 'video' | 'document', media: MediaParameter): MessageParameter {
  switch (kind) {
    case 'image':
      return { type: 'image', image: media };
    case 'video':
      return { type: 'video', video: media };
    case 'document':
      return { type: 'document', document: media };
  }
}

function mediaOf(value: string): MediaParameter {
  return /^https?:/i.test(value) ? { link: value } : { id: value };
}

function required(values: TemplateValues): (key: string) => string {
  return (key) => {
    const value = ownValue(values, key);
    if (value === undefined || value.trim() === '') throw new Error(`a message lacks its value for ${key}`);
    return value;
  };
}

const fitting = (value: string): string => value.replaceAll(/[\n\r\t]+/g, ' ').replaceAll(/ {5,}/g, ' '.repeat(4));

/** What a recipient is shown. */
export interface RenderedTemplate {
  readonly header: RenderedHeader | null;
  readonly body: string;
  readonly footer: string | null;
  readonly buttons: readonly RenderedButton[];
  readonly cards: readonly {
    readonly header: RenderedHeader;
    readonly body: string;
    readonly buttons: readonly RenderedButton[];
  }[];
}

export type RenderedHeader =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image' | 'video' | 'document'; readonly media: string | null }
  | { readonly kind: 'location'; readonly name: string | null; readonly address: string | null };

export interface RenderedButton {
  readonly kind: TemplateButton['kind'];
  /** `null`: WhatsApp words it in the recipient's language. */
  readonly label: string | null;
  /** Where it leads: an address, a number, the code that is copied. */
  readonly target: string | null;
}

/** The message as it is shown, with these values, else with the samples; a variable without either stays visible. */
export function renderTemplate(content: TemplateContent, values: TemplateValues = {}): RenderedTemplate {
  const { header, body, footer, buttons, cards } = content;
  const text = (key: string, of: TemplateText): string =>
    fillText(of.text, (name) => ownValue(values, `${key}.${name}`) ?? ownValue(of.examples, name));
  const target = (key: string, button: TemplateButton): string | null => targetOf(button, ownValue(values, key));
  const rendered = (prefix: string, all: readonly TemplateButton[]): readonly RenderedButton[] =>
    all.map((button, index) => ({
      kind: button.kind,
      label: button.kind === 'copy_code' ? null : button.label,
      target: target(`${prefix}button.${index}`, button),
    }));
  const media = (prefix: string, { kind }: TemplateCard['header']): RenderedHeader => ({
    kind,
    media: ownValue(values, `${prefix}header.media`) ?? null,
  });
  return {
    header: header === null ? null : shownHeader(header),
    body: text('body', body),
    footer,
    buttons: rendered('', buttons),
    cards: cards.map((card, index) => ({
      header: media(`card.${index}.`, card.header),
      body: text(`card.${index}.body`, card.body),
      buttons: rendered(`card.${index}.`, card.buttons),
    })),
  };

  function shownHeader(shown: TemplateHeader): RenderedHeader {
    if (shown.kind === 'text') return { kind: 'text', text: text('header', shown) };
    if (shown.kind !== 'location') return media('', shown);
    const part = (name: string): string | null => ownValue(values, `header.${name}`) ?? null;
    return { kind: 'location', name: part('name'), address: part('address') };
  }
}

function targetOf(button: TemplateButton, value: string | undefined): string | null {
  switch (button.kind) {
    case 'quick_reply':
      return null;
    case 'phone_number':
      return button.phone;
    case 'copy_code':
      return value ?? button.example;
    case 'url':
      // The sample is a whole address; a message's value is only the ending.
      if (value !== undefined) return fillText(button.url, () => value);
      return button.example ?? button.url;
  }
}
