/** What a network wrote, in an address or as the name of a page, as text that can be stored and shown. */
export function networkText(text: string, maxLength: number): string {
  return text
    .toWellFormed()
    .replaceAll(/\p{Cc}+/gu, ' ')
    .slice(0, maxLength)
    .toWellFormed();
}
