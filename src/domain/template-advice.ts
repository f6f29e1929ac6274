import type { LintedTemplate } from './template-lint.ts';

/** What WhatsApp does not refuse and will probably mind. */
export interface TemplateAdvice {
  readonly pointer: string;
  /** `promotional`: reads like advertising in a template that is not marketing; WhatsApp makes it one, or rejects it. */
  readonly hint: 'promotional' | 'no_opt_out';
  /** The word that gave rise to it. */
  readonly value: string | null;
}

/** Words of advertising, per language; a word counts with its endings. */
const promotional: Readonly<Record<string, RegExp>> = {
  it: /\b(?:scont\p{L}*|offert\p{L}*|promozion\p{L}*|promo|saldi|gratis|omaggi\p{L}*|occasion\p{L}*|black friday)\b/iu,
  en: /\b(?:discount\p{L}*|offers?|promotion\p{L}*|promo|sale|free|gift|deals?|coupon\p{L}*|black friday)\b/iu,
  de: /\b(?:rabatt\p{L}*|angebot\p{L}*|aktion\p{L}*|gratis|geschenk\p{L}*|gutschein\p{L}*|black friday)\b/iu,
  fr: /\b(?:remise\p{L}*|offres?|promotion\p{L}*|promo|soldes|gratuit\p{L}*|cadeaux?|black friday)\b/iu,
  es: /\b(?:descuento\p{L}*|ofertas?|promoción|promociones|promo|rebajas|gratis|regalos?|black friday)\b/iu,
};
const percentOff = /\d\s?%/;

const optOut = /\b(?:stop|arr[eê]t|baja|cancella\p{L}*|disiscriv\p{L}*|unsubscribe|abmelden|désinscri\p{L}*)\b/iu;

/** Hints on how a template fits its category. */
export function templateAdvice({ category, language, content }: LintedTemplate): readonly TemplateAdvice[] {
  const shown = [content.body.text, content.footer ?? '', ...content.buttons.map(labelOf)];
  if (category === 'marketing') {
    // Recipients who find no way out block the number instead, and its quality falls.
    const offersEnd = shown.some((text) => optOut.test(text));
    return offersEnd ? [] : [{ pointer: '/content/footer', hint: 'no_opt_out', value: null }];
  }
  const words = promotional[language.slice(0, 2)];
  const texts: readonly (readonly [pointer: string, text: string])[] = [
    ['/content/header/text', content.header?.kind === 'text' ? content.header.text : ''],
    ['/content/body/text', content.body.text],
    ['/content/footer', content.footer ?? ''],
    ...content.cards.map(({ body }, index) => [`/content/cards/${index}/body/text`, body.text] as const),
  ];
  return texts.flatMap(([pointer, text]): readonly TemplateAdvice[] => {
    const found = words?.exec(text)?.[0] ?? percentOff.exec(text)?.[0];
    return found === undefined ? [] : [{ pointer, hint: 'promotional', value: found }];
  });
}

const labelOf = (button: LintedTemplate['content']['buttons'][number]): string =>
  button.kind === 'copy_code' ? '' : button.label;
