import type { TemplateButton, TemplateContent, VariableSources } from './template.ts';

const variable = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g;

/** Every place of a template that a message must fill, as `VariableSources` names them, in the order of reading. */
export function variablePlaces(content: TemplateContent): readonly string[] {
  const { header, body, buttons, cards } = content;
  const places = [
    ...(header?.kind === 'text' ? inText('header', header.text) : []),
    ...inText('body', body.text),
    ...inButtons('button', buttons),
    ...cards.flatMap((card, index) => [
      ...inText(`card.${index}.body`, card.body.text),
      ...inButtons(`card.${index}.button`, card.buttons),
    ]),
  ];
  return [...new Set(places)];
}

function inText(prefix: string, text: string): readonly string[] {
  return [...text.matchAll(variable)].map(([, name = '']) => `${prefix}.${name}`);
}

function inButtons(prefix: string, buttons: readonly TemplateButton[]): readonly string[] {
  return buttons.flatMap((button, index) => (takesValue(button) ? [`${prefix}.${index}`] : []));
}

/** A code to copy differs for each message; an address does if it ends in a variable. */
function takesValue(button: TemplateButton): boolean {
  if (button.kind === 'copy_code') return true;
  return button.kind === 'url' && button.url.search(variable) >= 0;
}

/** What each variable falls back to: the values of a message to somebody of whom nothing is known. */
export function defaultValues(sources: VariableSources): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(sources).map(([place, source]) => [place, source.from === 'fixed' ? source.value : source.default]),
  );
}
