import type { TemplateViolation } from './template-lint.ts';
import { variablesIn } from './template-variables.ts';
import type { TemplateButton } from './template.ts';

export const buttonLimits = {
  all: 10,
  onCard: 2,
  label: 25,
  url: 2_000,
  phone: 20,
  code: 15,
  ofKind: { quick_reply: 10, url: 2, phone_number: 1, copy_code: 1 },
} as const;

/** Why WhatsApp would refuse the buttons of a template, or of one of its cards. */
export function buttonViolations(
  buttons: readonly TemplateButton[],
  pointer: string,
  { onCard = false }: { readonly onCard?: boolean } = {},
): readonly TemplateViolation[] {
  return [
    ...countViolations(buttons, pointer, onCard ? buttonLimits.onCard : buttonLimits.all),
    ...(isGrouped(buttons) ? [] : [{ pointer, rule: 'grouped_buttons', limit: null, value: null } as const]),
    ...buttons.flatMap((button, index) => [
      ...labelViolations(button, `${pointer}/${index}`, buttons.slice(0, index)),
      ...targetViolations(button, `${pointer}/${index}`),
    ]),
  ];
}

function countViolations(
  buttons: readonly TemplateButton[],
  pointer: string,
  max: number,
): readonly TemplateViolation[] {
  const whole: readonly TemplateViolation[] =
    buttons.length > max ? [{ pointer, rule: 'max_buttons', limit: max, value: buttons.length }] : [];
  const kinds = ['quick_reply', 'url', 'phone_number', 'copy_code'] as const;
  const each = kinds.flatMap((kind): readonly TemplateViolation[] => {
    const count = buttons.filter((button) => button.kind === kind).length;
    const limit = buttonLimits.ofKind[kind];
    return count > limit ? [{ pointer, rule: 'max_buttons', limit: `${limit} ${kind}`, value: count }] : [];
  });
  return [...whole, ...each];
}

/** Quick replies stand together, before or after the others. */
function isGrouped(buttons: readonly TemplateButton[]): boolean {
  const changes = buttons.filter(
    ({ kind }, index) => index > 0 && (kind === 'quick_reply') !== (buttons[index - 1]?.kind === 'quick_reply'),
  );
  return changes.length <= 1;
}

function labelViolations(
  button: TemplateButton,
  pointer: string,
  before: readonly TemplateButton[],
): readonly TemplateViolation[] {
  if (button.kind === 'copy_code') return [];
  const { label } = button;
  const at = `${pointer}/label`;
  const found = (
    rule: TemplateViolation['rule'],
    limit: number | null = null,
    value: number | null = null,
  ): TemplateViolation => ({ pointer: at, rule, limit, value });
  return [
    ...(label.trim() === '' ? [found('required')] : []),
    ...(label.length > buttonLimits.label ? [found('max_length', buttonLimits.label, label.length)] : []),
    ...(/\{\{.*?\}\}/s.test(label) ? [found('no_variables')] : []),
    ...(/[\n\r]/.test(label) ? [found('no_line_breaks')] : []),
    ...(before.some((other) => other.kind !== 'copy_code' && other.label === label) ? [found('unique')] : []),
  ];
}

function targetViolations(button: TemplateButton, pointer: string): readonly TemplateViolation[] {
  switch (button.kind) {
    case 'quick_reply':
      return [];
    case 'url':
      return urlViolations(button, pointer);
    case 'phone_number': {
      const fits = /^\+?[0-9 ().-]{5,}$/.test(button.phone) && button.phone.length <= buttonLimits.phone;
      return fits
        ? []
        : [{ pointer: `${pointer}/phone`, rule: 'phone', limit: buttonLimits.phone, value: button.phone.length }];
    }
    case 'copy_code': {
      const { length } = button.example;
      const fits = /^[A-Za-z0-9]+$/.test(button.example) && length <= buttonLimits.code;
      return fits ? [] : [{ pointer: `${pointer}/example`, rule: 'code', limit: buttonLimits.code, value: length }];
    }
  }
}

function urlViolations(
  { url, example }: Extract<TemplateButton, { kind: 'url' }>,
  pointer: string,
): readonly TemplateViolation[] {
  const names = variablesIn(url);
  const at = `${pointer}/url`;
  const base = url.replaceAll(/\{\{.*?\}\}/g, 'x');
  const found: TemplateViolation[] = [];
  if (!isWebAddress(base)) found.push({ pointer: at, rule: 'url', limit: null, value: null });
  if (url.length > buttonLimits.url) {
    found.push({ pointer: at, rule: 'max_length', limit: buttonLimits.url, value: url.length });
  }
  if (names.length === 0) return found;
  // Whatever the rest of the template is like, the one variable of an address is the first.
  const isAtEnd = names.length === 1 && names[0] === '1' && /^https?:\/\/[^/{}]+\/[^{}]*\{\{1\}\}$/i.test(url);
  if (!isAtEnd) found.push({ pointer: at, rule: 'variable_at_end', limit: '{{1}}', value: names.length });
  const sample = example ?? '';
  if (sample === '') {
    found.push({ pointer: `${pointer}/example`, rule: 'example_missing', limit: null, value: null });
  } else if (!isWebAddress(sample)) {
    found.push({ pointer: `${pointer}/example`, rule: 'url', limit: null, value: null });
  }
  return found;
}

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  // WhatsApp refuses links that lead back into itself.
  return /^https?:$/.test(protocol) && hostname.includes('.') && !/^(?:wa\.me|.*\.?whatsapp\.com)$/i.test(hostname);
}
