import type { TemplateViolation } from './template-lint.ts';
import { ownValue, variable, variablesIn } from './template-variables.ts';
import type { TemplateContent, TemplateText } from './template.ts';

export interface TextRules {
  readonly pointer: string;
  readonly format: TemplateContent['parameterFormat'];
  readonly maxLength: number;
  /** A header has one at most, and may begin or end with it; bodies may not. */
  readonly maxVariables?: 1;
}

/** Why WhatsApp would refuse a text with variables: a body, a header, the body of a card. */
export function textViolations(
  { text, examples }: TemplateText,
  { pointer, format, maxLength, maxVariables }: TextRules,
): readonly TemplateViolation[] {
  const names = [...new Set(variablesIn(text))];
  const found = (
    rule: TemplateViolation['rule'],
    limit: TemplateViolation['limit'] = null,
    value: TemplateViolation['value'] = null,
  ): TemplateViolation => ({ pointer: `${pointer}/text`, rule, limit, value });
  const words = wordsIn(text);
  const needed = wordsFor(names.length);
  return [
    ...(text.trim() === '' ? [found('required')] : []),
    ...(text.length > maxLength ? [found('max_length', maxLength, text.length)] : []),
    ...(maxVariables !== undefined && names.length > maxVariables
      ? [found('max_variables', maxVariables, names.length)]
      : []),
    ...(/\n{3,}|[^\S\n]{5,}/.test(text) ? [found('blank_run')] : []),
    ...nameViolations(names, format, found),
    ...(maxVariables === undefined && standsAtEdge(text) ? [found('variable_at_edge')] : []),
    ...(/\}\}\s*\{\{/.test(text) ? [found('adjacent_variables')] : []),
    ...(maxVariables === undefined && names.length > 0 && words < needed
      ? [found('too_few_words', needed, words)]
      : []),
    ...exampleViolations(names, examples, pointer),
  ];
}

type Found = (
  rule: TemplateViolation['rule'],
  limit?: TemplateViolation['limit'],
  value?: TemplateViolation['value'],
) => TemplateViolation;

const place = /^[1-9]\d{0,2}$/;
const identifier = /^[a-z][a-z0-9_]*$/;

function nameViolations(
  names: readonly string[],
  format: TemplateContent['parameterFormat'],
  found: Found,
): readonly TemplateViolation[] {
  const [ours, theirs] = format === 'named' ? [identifier, place] : [place, identifier];
  return [
    ...names.flatMap((name) => {
      if (ours.test(name)) return [];
      return [found(theirs.test(name) ? 'mixed_parameters' : 'variable_name', null, name)];
    }),
    ...(format === 'positional'
      ? gapViolations(
          names.filter((name) => place.test(name)),
          found,
        )
      : []),
  ];
}

/** Places are counted from one, without a gap. */
function gapViolations(places: readonly string[], found: Found): readonly TemplateViolation[] {
  const missing = places.map((_, index) => String(index + 1)).find((expected) => !places.includes(expected));
  return missing === undefined ? [] : [found('variable_order', missing, null)];
}

/** WhatsApp reads over the punctuation: `{{1}}!` still begins and ends with a variable. */
function standsAtEdge(text: string): boolean {
  const bare = text.replaceAll(/^[\s\p{P}\p{S}]*(?=\{\{)|(?<=\}\})[\s\p{P}\p{S}]*$/gu, '');
  return bare.startsWith('{{') || bare.endsWith('}}');
}

/** How many words WhatsApp wants besides so many variables. */
const wordsFor = (variables: number): number => 2 * variables + 1;

function wordsIn(text: string): number {
  return text
    .replaceAll(variable, ' ')
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

const maxExample = 200;

function exampleViolations(
  names: readonly string[],
  examples: TemplateText['examples'],
  pointer: string,
): readonly TemplateViolation[] {
  return names.flatMap((name): readonly TemplateViolation[] => {
    const example = ownValue(examples, name) ?? '';
    const at = `${pointer}/examples/${escaped(name)}`;
    if (example.trim() === '') return [{ pointer: at, rule: 'example_missing', limit: null, value: null }];
    const fits = example.length <= maxExample && !/[\n\r\t]| {5,}|\{\{/.test(example);
    return fits ? [] : [{ pointer: at, rule: 'example_fits', limit: maxExample, value: example.length }];
  });
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
