import type { Collection } from '../kernel/store.ts';
import type { World } from '../kernel/world.ts';
import type { Node } from './fields.ts';

export type TemplateState =
  | 'PENDING'
  | 'APPROVED'
  | 'REJECTED'
  | 'PAUSED'
  | 'DISABLED'
  | 'FLAGGED'
  | 'PENDING_DELETION'
  | 'DELETED';

/** A template of a WhatsApp business account, in one language. */
export interface Template {
  readonly id: string;
  readonly wabaId: string;
  readonly name: string;
  readonly language: string;
  readonly category: string;
  readonly parameterFormat: 'POSITIONAL' | 'NAMED';
  readonly components: readonly TemplateComponent[];
  readonly status: TemplateState;
  readonly rejectedReason: string;
  readonly quality: 'GREEN' | 'YELLOW' | 'RED' | 'UNKNOWN';
  /** Epoch milliseconds: when its review began; null once it is over. */
  readonly reviewedFrom: number | null;
  readonly everApproved: boolean;
  /** When approved versions were edited. */
  readonly editedAt: readonly number[];
  readonly pausedAt: number | null;
  readonly pauses: number;
  readonly deletedAt: number | null;
}

export type TemplateComponent = Readonly<Record<string, unknown>> & { readonly type: string };

/** The templates of all accounts; those of the seed are there from the start. */
export function templatesOf({ store }: World): Collection<Template> {
  const held = store.collection<Template>('template');
  for (const seed of seededTemplates) if (held.get(seed.id) === null) held.put(seed.id, seed);
  return held;
}

/** An approved template, as it stands after its review. */
export function approvedTemplate(
  said: Pick<Template, 'id' | 'wabaId' | 'name' | 'language' | 'category' | 'parameterFormat' | 'components'>,
): Template {
  return {
    ...said,
    status: 'APPROVED',
    rejectedReason: 'NONE',
    quality: 'UNKNOWN',
    reviewedFrom: null,
    everApproved: true,
    editedAt: [],
    pausedAt: null,
    pauses: 0,
    deletedAt: null,
  };
}

/** What the account of the third business has had for long. */
const seededTemplates: readonly Template[] = [
  approvedTemplate({
    id: '104300000000901',
    wabaId: '104300000000001',
    name: 'saldi',
    language: 'it',
    category: 'MARKETING',
    parameterFormat: 'POSITIONAL',
    components: [{ type: 'BODY', text: 'Ciao! Da oggi i saldi.' }],
  }),
];

/** The template that has a name in a language, deleted ones left out. */
export function templateNamed(
  world: World,
  { wabaId, name, language }: Pick<Template, 'wabaId' | 'name' | 'language'>,
): Template | null {
  const same = (each: Template): boolean =>
    each.wabaId === wabaId && each.name === name && each.language === language && each.deletedAt === null;
  return templatesOf(world).values().find(same) ?? null;
}

/** The components with their types and formats in capitals, as Graph gives them back. */
export function normalised(components: readonly Readonly<Record<string, unknown>>[]): readonly TemplateComponent[] {
  return components.map((component) => ({
    ...component,
    type: wordIn(component['type']).toUpperCase(),
    ...(component['format'] === undefined ? {} : { format: wordIn(component['format']).toUpperCase() }),
  }));
}

export function partOf(components: readonly TemplateComponent[], type: string): TemplateComponent | null {
  return components.find((component) => component.type === type) ?? null;
}

/** Objects inside of a component: the buttons, the cards, the components of a card. */
export function listIn(holder: Readonly<Record<string, unknown>> | null, name: string): readonly TemplateComponent[] {
  const value = holder?.[name];
  return Array.isArray(value) ? normalised(value as readonly Readonly<Record<string, unknown>>[]) : [];
}

/** A template as Graph tells it. */
export function templateNode(template: Template): Node {
  return {
    id: template.id,
    name: template.name,
    language: template.language,
    status: template.status,
    category: template.category,
    parameter_format: template.parameterFormat,
    rejected_reason: template.rejectedReason,
    quality_score: { score: template.quality, date: Math.floor(Date.now() / 1_000) },
    components: template.components.map(told),
    previous_category: null,
    correct_category: null,
    library_template_name: null,
    message_send_ttl_seconds: null,
    cta_url_link_tracking_opted_out: null,
    sub_category: null,
    degrees_of_freedom_spec: null,
  };
}

/** A sample is given back as an address, not as the handle that it was handed in by. */
function told(component: TemplateComponent): object {
  const example = component['example'];
  if (typeof example !== 'object' || example === null || !('header_handle' in example)) return component;
  const handles = example.header_handle as readonly string[];
  return {
    ...component,
    example: { header_handle: handles.map((handle) => `https://scontent.example/${handle.length}`) },
  };
}

export const variablesIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)].map((match) => match[1] ?? '')),
];

export const textOf = (component: TemplateComponent | null): string => wordIn(component?.['text']);

const wordIn = (value: unknown): string => (typeof value === 'string' ? value : '');
