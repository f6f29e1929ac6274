/** `it-IT` → `it`; English for what names no language. Whatever it answers, `Intl` takes. */
export function languageOf(locale: string): string {
  return /^[a-z]{2,3}(?![a-z])/i.exec(locale)?.[0].toLowerCase() ?? 'en';
}
