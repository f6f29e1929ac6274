import { z } from 'zod';
import type {
  TemplateButton,
  TemplateCard,
  TemplateContent,
  TemplateHeader,
  TemplateMedia,
  TemplateText,
} from '../../domain/template.ts';
import { variablesIn } from '../../domain/template-variables.ts';

/** A template's components as the Cloud API is given them. Samples of files must have been uploaded. */
export function cloudComponents(content: TemplateContent): readonly object[] {
  const { header, body, footer, cards } = content;
  const named = content.parameterFormat === 'named';
  return [
    ...(header === null ? [] : [cloudHeader(header, named)]),
    cloudBody(body, named),
    ...(footer === null ? [] : [{ type: 'FOOTER', text: footer }]),
    ...cloudButtons(content.buttons),
    ...(cards.length === 0 ? [] : [{ type: 'CAROUSEL', cards: cards.map((card) => cloudCard(card, named)) }]),
  ];
}

function cloudCard({ header, body, buttons }: TemplateCard, named: boolean): object {
  return { components: [cloudHeader(header, named), cloudBody(body, named), ...cloudButtons(buttons)] };
}

function cloudHeader(header: TemplateHeader, named: boolean): object {
  switch (header.kind) {
    case 'text':
      return { type: 'HEADER', format: 'TEXT', text: header.text, ...exampleOf(header, 'header_text', named) };
    case 'location':
      return { type: 'HEADER', format: 'LOCATION' };
    case 'image':
    case 'video':
    case 'document': {
      const example = header.handle === null ? {} : { example: { header_handle: [header.handle] } };
      return { type: 'HEADER', format: header.kind.toUpperCase(), ...example };
    }
  }
}

function cloudBody(body: TemplateText, named: boolean): object {
  return { type: 'BODY', text: body.text, ...exampleOf(body, 'body_text', named) };
}

function exampleOf({ text, examples }: TemplateText, field: 'header_text' | 'body_text', named: boolean): object {
  const names = [...new Set(variablesIn(text))];
  if (names.length === 0) return {};
  if (named) {
    const params = names.map((name) => ({ param_name: name, example: examples[name] ?? '' }));
    return { example: { [`${field}_named_params`]: params } };
  }
  const values = names.toSorted((a, b) => Number(a) - Number(b)).map((name) => examples[name] ?? '');
  // The body may have several sets of samples, a header has one.
  return { example: { [field]: field === 'body_text' ? [values] : values } };
}

function cloudButtons(buttons: readonly TemplateButton[]): readonly object[] {
  return buttons.length === 0 ? [] : [{ type: 'BUTTONS', buttons: buttons.map(cloudButton) }];
}

function cloudButton(button: TemplateButton): object {
  switch (button.kind) {
    case 'quick_reply':
      return { type: 'QUICK_REPLY', text: button.label };
    case 'url':
      return {
        type: 'URL',
        text: button.label,
        url: button.url,
        ...(button.example === null ? {} : { example: [button.example] }),
      };
    case 'phone_number':
      return { type: 'PHONE_NUMBER', text: button.label, phone_number: button.phone };
    case 'copy_code':
      return { type: 'COPY_CODE', example: button.example };
  }
}

const strings = z.array(z.string());
const namedExamples = z.array(z.object({ param_name: z.string(), example: z.string() }));
const examples = z
  .object({
    header_text: strings.optional(),
    header_text_named_params: namedExamples.optional(),
    body_text: z.array(strings).optional(),
    body_text_named_params: namedExamples.optional(),
  })
  .optional();

const button = z.discriminatedUnion('type', [
  z.object({ type: z.literal('QUICK_REPLY'), text: z.string() }),
  z.object({ type: z.literal('URL'), text: z.string(), url: z.string(), example: strings.optional() }),
  z.object({ type: z.literal('PHONE_NUMBER'), text: z.string(), phone_number: z.string() }),
  z.object({ type: z.literal('COPY_CODE'), example: z.union([z.string(), strings.min(1)]).optional() }),
]);

const body = z.object({ type: z.literal('BODY'), text: z.string(), example: examples });
const buttons = z.object({ type: z.literal('BUTTONS'), buttons: z.array(button) });
const header = z.object({
  type: z.literal('HEADER'),
  format: z.enum(['TEXT', 'IMAGE', 'VIDEO', 'DOCUMENT', 'LOCATION']),
  text: z.string().optional(),
  example: examples,
});
const card = z.object({ components: z.array(z.discriminatedUnion('type', [header, body, buttons])) });
const component = z.discriminatedUnion('type', [
  header,
  body,
  buttons,
  z.object({ type: z.literal('FOOTER'), text: z.string() }),
  z.object({ type: z.literal('CAROUSEL'), cards: z.array(card) }),
]);

/**
 * What a template says, out of what the Cloud API tells of it; `null` for one that has parts which we do not know, such
 * as a flow, a catalogue or a one-time password. A file's sample comes as an address that cannot be handed in again.
 */
export function templateContent(
  parameterFormat: TemplateContent['parameterFormat'],
  components: unknown,
): TemplateContent | null {
  const read = z.array(component).safeParse(components);
  if (!read.success) return null;
  const parts = read.data;
  const text = partOf(parts, 'BODY');
  if (text === undefined) return null;
  const cards = (partOf(parts, 'CAROUSEL')?.cards ?? []).map((each) => cardOf(each.components));
  const shown = partOf(parts, 'HEADER');
  return {
    parameterFormat,
    header: shown === undefined ? null : headerOf(shown),
    body: bodyOf(text),
    footer: partOf(parts, 'FOOTER')?.text ?? null,
    buttons: (partOf(parts, 'BUTTONS')?.buttons ?? []).map(buttonOf),
    cards: cards.flatMap((each) => (each === null ? [] : [each])),
  };
}

type Component = z.output<typeof component>;

function partOf<Type extends Component['type']>(
  parts: readonly Component[],
  type: Type,
): Extract<Component, { type: Type }> | undefined {
  return parts.find((part): part is Extract<Component, { type: Type }> => part.type === type);
}

function cardOf(parts: readonly Component[]): TemplateCard | null {
  const [shown, text] = [partOf(parts, 'HEADER'), partOf(parts, 'BODY')];
  const media = shown === undefined ? null : mediaOf(shown);
  if (media === null) return null;
  return {
    header: media,
    body: text === undefined ? { text: '', examples: {} } : bodyOf(text),
    buttons: (partOf(parts, 'BUTTONS')?.buttons ?? []).map(buttonOf),
  };
}

function headerOf(part: z.output<typeof header>): TemplateHeader {
  const media = mediaOf(part);
  if (media !== null) return media;
  if (part.format === 'LOCATION') return { kind: 'location' };
  const text = part.text ?? '';
  const named = part.example?.header_text_named_params;
  return { kind: 'text', text, examples: examplesOf(text, named, part.example?.header_text) };
}

function mediaOf({ format }: z.output<typeof header>): TemplateMedia | null {
  const kinds = { IMAGE: 'image', VIDEO: 'video', DOCUMENT: 'document', TEXT: null, LOCATION: null } as const;
  const kind = kinds[format];
  return kind === null ? null : { kind, mediaId: null, handle: null };
}

function bodyOf({ text, example }: z.output<typeof body>): TemplateText {
  return { text, examples: examplesOf(text, example?.body_text_named_params, example?.body_text?.[0]) };
}

function examplesOf(
  text: string,
  named: z.output<typeof namedExamples> | undefined,
  positional: readonly string[] | undefined,
): TemplateText['examples'] {
  if (named !== undefined) return Object.fromEntries(named.map((each) => [each.param_name, each.example]));
  const names = [...new Set(variablesIn(text))].toSorted((a, b) => Number(a) - Number(b));
  return Object.fromEntries(
    names.flatMap((name, index) => (positional?.[index] === undefined ? [] : [[name, positional[index]]])),
  );
}

function buttonOf(part: z.output<typeof button>): TemplateButton {
  switch (part.type) {
    case 'QUICK_REPLY':
      return { kind: 'quick_reply', label: part.text };
    case 'URL':
      return { kind: 'url', label: part.text, url: part.url, example: part.example?.[0] ?? null };
    case 'PHONE_NUMBER':
      return { kind: 'phone_number', label: part.text, phone: part.phone_number };
    case 'COPY_CODE':
      return { kind: 'copy_code', example: [part.example ?? ''].flat()[0] ?? '' };
  }
}
