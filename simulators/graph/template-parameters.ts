import type { World } from '../kernel/world.ts';
import { isMediaKind, mediaRefusal } from './messaging/media.ts';
import { settled } from './template-review.ts';
import {
  listIn,
  normalised,
  partOf,
  type Template,
  type TemplateComponent,
  templateNamed,
  textOf,
  variablesIn,
} from './template-store.ts';

/** A message's `template` as it was sent. */
export interface SentTemplate {
  readonly name: string;
  readonly language: string;
  readonly components: readonly Readonly<Record<string, unknown>>[];
}

/** Why a message is refused, as the Cloud API words it. */
export interface TemplateRefusal {
  readonly code: number;
  readonly title: string;
  /** For `error_data.details`. */
  readonly details: string;
}

/** A template that a message may be sent from, or why WhatsApp refuses the message: the codes of the Cloud API. */
export function templateOfMessage(
  world: World,
  wabaId: string,
  sent: SentTemplate,
): { readonly template: Template } | { readonly refusal: TemplateRefusal } {
  const { name, language } = sent;
  const held = templateNamed(world, { wabaId, name, language });
  const template = held === null ? null : settled(world, held);
  if (template?.status === 'PAUSED') return { refusal: refusals.paused(name) };
  if (template?.status === 'DISABLED') return { refusal: refusals.disabled(name) };
  if (template === null || !['APPROVED', 'FLAGGED', 'PENDING_DELETION'].includes(template.status)) {
    return { refusal: refusals.missing(name, language) };
  }
  const named = template.parameterFormat === 'NAMED';
  const refuseFile: Holding['refuseFile'] = (file, at) => mediaRefusal(world, file, { wabaId, at });
  const holding = { named, where: '', path: "template['components']", refuseFile };
  const refusal = refusalOf(template.components, normalised(sent.components), holding);
  return refusal === null ? { template } : { refusal };
}

const refusals = {
  missing: (name: string, language: string): TemplateRefusal => ({
    code: 132_001,
    title: 'Template name does not exist in the translation',
    details: `template name (${name}) does not exist in ${language}`,
  }),
  paused: (name: string): TemplateRefusal => ({
    code: 132_015,
    title: 'Template is paused',
    details: `template (${name}) is paused due to low quality so it cannot be sent`,
  }),
  disabled: (name: string): TemplateRefusal => ({
    code: 132_016,
    title: 'Template is disabled',
    details: `template (${name}) is permanently disabled due to low quality`,
  }),
  count: (where: string, given: number, expected: number): TemplateRefusal => ({
    code: 132_000,
    title: 'Number of parameters does not match the expected number of params',
    details: `${where}: number of localizable_params (${given}) does not match the expected number of params (${expected})`,
  }),
  format: (where: string, expected: string, received: string): TemplateRefusal => ({
    code: 132_012,
    title: 'Parameter format does not match format in the created template',
    details: `${where}: Format mismatch, expected ${expected}, received ${received}`,
  }),
  value: (details: string): TemplateRefusal => ({ code: 100, title: 'Invalid parameter', details }),
  /** A text that holds what no text may: seen in the field with this code, before with 100. */
  text: (details: string): TemplateRefusal => ({
    code: 132_018,
    title: "There's an issue with the parameters in your template",
    details,
  }),
  tooLong: (where: string, length: number, limit: number): TemplateRefusal => ({
    code: 132_005,
    title: 'Translated text too long',
    details: `${where}: hydrated text has ${length} characters, and may have ${limit}`,
  }),
};

interface Holding {
  readonly named: boolean;
  /** `card 0: ` inside of a carousel. */
  readonly where: string;
  /** The list of the components, in the words of refusals. */
  readonly path: string;
  readonly refuseFile: (file: unknown, at: string) => TemplateRefusal | null;
}

function refusalOf(
  made: readonly TemplateComponent[],
  sent: readonly TemplateComponent[],
  holding: Holding,
): TemplateRefusal | null {
  return (
    headerRefusal(partOf(made, 'HEADER'), sent, holding) ??
    textRefusal(textOf(partOf(made, 'BODY')), partOf(sent, 'BODY'), { ...holding, part: 'body' }) ??
    buttonsRefusal(listIn(partOf(made, 'BUTTONS'), 'buttons'), sent, holding) ??
    cardsRefusal(listIn(partOf(made, 'CAROUSEL'), 'cards'), partOf(sent, 'CAROUSEL'), holding)
  );
}

function headerRefusal(
  made: TemplateComponent | null,
  components: readonly TemplateComponent[],
  holding: Holding,
): TemplateRefusal | null {
  const sent = partOf(components, 'HEADER');
  const format = made === null ? 'TEXT' : String(made['format']);
  if (format === 'TEXT') return textRefusal(textOf(made), sent, { ...holding, part: 'header' });
  const [parameter] = listIn(sent, 'parameters');
  if (parameter?.type !== format) {
    return refusals.format(`${holding.where}header`, format, parameter?.type ?? 'UNKNOWN');
  }
  const kind = format.toLowerCase();
  if (!isMediaKind(kind)) return null;
  const place = components.findIndex(({ type }) => type === 'HEADER');
  return holding.refuseFile(parameter[kind], `${holding.path}[${place}]['parameters'][0]['${kind}']`);
}

function textRefusal(
  text: string,
  sent: TemplateComponent | null,
  { named, where, part }: Pick<Holding, 'named' | 'where'> & { readonly part: 'header' | 'body' },
): TemplateRefusal | null {
  const names = variablesIn(text);
  const given = listIn(sent, 'parameters');
  const at = `${where}${part}`;
  if (given.length !== names.length) return refusals.count(at, given.length, names.length);
  for (const parameter of given) {
    const value = textOf(parameter);
    if (parameter.type !== 'TEXT') return refusals.format(at, 'TEXT', parameter.type);
    if (value === '') return refusals.value(`${at}: parameter text is missing or empty`);
    if (/[\n\t]| {5,}/.test(value)) {
      return refusals.text('Param text cannot have new-line/tab characters or more than 4 consecutive spaces');
    }
    const name = parameter['parameter_name'];
    const fits = named ? names.includes(String(name)) : name === undefined;
    if (!fits) return refusals.value(`${at}: Parameter name is missing or empty`);
  }
  const length = text.replaceAll(/\{\{[^{}]*\}\}/g, '').length + hydration(text, given, named);
  return length > longest[part] ? refusals.tooLong(at, length, longest[part]) : null;
}

const longest = { header: 60, body: 1_024 } as const;

/** How many characters the values add, each as often as its variable stands in the text. */
function hydration(text: string, given: readonly TemplateComponent[], named: boolean): number {
  const lengths = new Map(
    given.map((parameter, place) => [
      named ? String(parameter['parameter_name']) : String(place + 1),
      textOf(parameter).length,
    ]),
  );
  const places = [...text.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)].map((match) => match[1] ?? '');
  return places.reduce((sum, name) => sum + (lengths.get(name) ?? 0), 0);
}

/** What a button has to be given; the others take nothing. */
const filled = (button: TemplateComponent): boolean =>
  button.type === 'COPY_CODE' || (button.type === 'URL' && variablesIn(String(button['url'])).length > 0);

function buttonsRefusal(
  made: readonly TemplateComponent[],
  sent: readonly TemplateComponent[],
  { where }: Holding,
): TemplateRefusal | null {
  const given = sent.filter(({ type }) => type === 'BUTTON');
  for (const each of given) {
    const button = made[Number(each['index'])];
    const kind = String(each['sub_type']).toUpperCase();
    if (button?.type !== kind) {
      return refusals.format(`${where}button at index ${String(each['index'])}`, button?.type ?? 'NONE', kind);
    }
  }
  for (const [index, button] of made.entries()) {
    if (!filled(button)) continue;
    const parameters = listIn(given.find((each) => Number(each['index']) === index) ?? null, 'parameters');
    if (parameters.length !== 1)
      return refusals.count(`${where}buttons: Button at index ${index}`, parameters.length, 1);
  }
  return null;
}

function cardsRefusal(
  made: readonly TemplateComponent[],
  sent: TemplateComponent | null,
  { named, path, refuseFile }: Holding,
): TemplateRefusal | null {
  const given = listIn(sent, 'cards');
  if (given.length !== made.length) return refusals.count('carousel', given.length, made.length);
  for (const [index, card] of made.entries()) {
    const own = given.find((each) => Number(each['card_index']) === index) ?? null;
    const inside = `${path}['cards'][${index}]['components']`;
    const holding = { named, where: `card ${index}: `, path: inside, refuseFile };
    const refusal = refusalOf(listIn(card, 'components'), listIn(own, 'components'), holding);
    if (refusal !== null) return refusal;
  }
  return null;
}
