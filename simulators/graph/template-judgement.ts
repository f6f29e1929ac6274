import type { Refused } from '../kernel/operation.ts';
import { invalidParameter } from './errors.ts';
import { listIn, partOf, type Template, type TemplateComponent, textOf, variablesIn } from './template-store.ts';

/** What WhatsApp refuses as soon as a template is handed in, in its own words. Subcodes as met in the field. */
export function judgeTemplate({
  name,
  parameterFormat,
  components,
}: Pick<Template, 'name' | 'parameterFormat' | 'components'>): void {
  if (!/^[a-z0-9_]{1,512}$/.test(name)) {
    const words = 'The message template name can only have lowercase letters and underscores.';
    throw refused(2_388_046, 'Name Format is Incorrect', words);
  }
  const body = partOf(components, 'BODY');
  if (body === null) throw invalidParameter('(#100) Param components must contain a component of type BODY.');
  judgeText(body, 1_024);
  const header = partOf(components, 'HEADER');
  if (header !== null) judgeHeader(header);
  const footer = textOf(partOf(components, 'FOOTER'));
  if (footer.length > 60) throw tooLong('footer', 60);
  if (variablesIn(footer).length > 0) {
    throw refused(2_388_073, 'Message Footer Format Is Incorrect', "The message footer can't have any parameters.");
  }
  judgeExamples(components, parameterFormat);
  judgeButtons(listIn(partOf(components, 'BUTTONS'), 'buttons'));
  for (const card of listIn(partOf(components, 'CAROUSEL'), 'cards')) {
    const parts = listIn(card, 'components');
    judgeExamples(parts, parameterFormat);
    judgeButtons(listIn(partOf(parts, 'BUTTONS'), 'buttons'));
  }
}

function judgeText(component: TemplateComponent, limit: number): void {
  const text = textOf(component);
  if (text.length > limit) throw tooLong('body', limit);
  const names = variablesIn(text);
  if (/\n{3,}| {5,}/.test(text)) {
    const words = "The message body can't have more than two consecutive newline characters.";
    throw refused(2_388_072, 'Message Body Format Is Incorrect', words);
  }
  const bare = text.replaceAll(/^[\s\p{P}\p{S}]*(?=\{\{)|(?<=\}\})[\s\p{P}\p{S}]*$/gu, '');
  if (bare.startsWith('{{') || bare.endsWith('}}')) {
    const words = "Variables can't be at the start or end of the template.";
    throw refused(2_388_299, "Variables can't be at the start or end of the template", words);
  }
  const words = text
    .replaceAll(/\{\{.*?\}\}/g, ' ')
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
  if (names.length > 0 && words < 2 * names.length + 1) {
    const advice = 'Reduce the number of variables or increase the message length.';
    throw refused(
      2_388_293,
      'Parameters words ratio exceeds limit',
      `This template has too many variables for its length. ${advice}`,
    );
  }
}

function judgeHeader(header: TemplateComponent): void {
  if (header['format'] !== 'TEXT') return;
  const text = textOf(header);
  if (text.length > 60) throw tooLong('header', 60);
  if (/[\n*~`]|\p{Extended_Pictographic}/u.test(text) || variablesIn(text).length > 1) {
    const words = "The message header can't have any new lines, formatting characters, emojis, or asterisks.";
    throw refused(2_388_047, 'Message Header Format Is Incorrect', words);
  }
}

function judgeExamples(components: readonly TemplateComponent[], format: Template['parameterFormat']): void {
  for (const component of components) {
    if (component.type !== 'HEADER' && component.type !== 'BODY') continue;
    const isMedia = ['IMAGE', 'VIDEO', 'DOCUMENT'].includes(String(component['format']));
    const field = component.type === 'BODY' ? 'body_text' : 'header_text';
    const given = exampleIn(
      component,
      isMedia ? 'header_handle' : format === 'NAMED' ? `${field}_named_params` : field,
    );
    const needed = isMedia ? 1 : variablesIn(textOf(component)).length;
    if (given < needed) {
      throw refused(
        2_388_043,
        'Message template "components" param is missing expected field(s)',
        `component of type ${component.type} is missing expected field(s) (example)`,
      );
    }
  }
}

/** How many samples a component has. The body's stand in a list of lists. */
function exampleIn(component: TemplateComponent, field: string): number {
  const example = component['example'];
  if (typeof example !== 'object' || example === null) return 0;
  const value: unknown = Object.entries(example).find(([name]) => name === field)?.[1];
  if (!Array.isArray(value)) return 0;
  return Array.isArray(value[0]) ? value[0].length : value.length;
}

function judgeButtons(buttons: readonly TemplateComponent[]): void {
  if (buttons.length > 10) throw invalidParameter('(#100) Param components has too many buttons.');
  if (buttons.some((button) => textOf(button).length > 25)) throw tooLong('button', 25);
}

const tooLong = (field: string, limit: number): Refused =>
  refused(2_388_040, 'Character Limit Exceeded', `The ${field} field can't be longer than ${limit} characters.`);

/** A refusal in the shape that Graph has for templates. */
export const refused = (subcode: number, userTitle: string, userMessage: string): Refused =>
  invalidParameter('Invalid parameter', { subcode, transient: false, userTitle, userMessage });

/** Why the review rejects a template that could be handed in; `NONE` if it approves. */
export function reviewOf({ components, category }: Pick<Template, 'components' | 'category'>): {
  readonly reason: string;
  readonly detail: string | null;
} {
  const text = components.map(textOf).join('\n');
  if (/\}\}\s*\{\{/.test(text)) {
    return {
      reason: 'INVALID_FORMAT',
      detail:
        'Your template has parameters placed next to each other (like {{1}}{{2}}) without text or punctuation between them.',
    };
  }
  if (/\b(?:password|pin|carta di credito|credit card)\b/i.test(text)) return { reason: 'SCAM', detail: null };
  const advertises = /\b(?:sconto|offerta|discount|promo)\b/i.test(text);
  if (category === 'UTILITY' && advertises) return { reason: 'TAG_CONTENT_MISMATCH', detail: null };
  return { reason: 'NONE', detail: null };
}
