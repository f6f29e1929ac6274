/** A form with a file of contacts, as a browser sends it. */
export function contactForm(
  text: string | Uint8Array<ArrayBuffer>,
  { mapping = { phone: 'Telefono' }, groupId }: { mapping?: unknown; groupId?: string } = {},
): FormData {
  const form = new FormData();
  form.append('mapping', JSON.stringify(mapping));
  if (groupId !== undefined) form.append('groupId', groupId);
  form.append('file', new File([text], 'clienti.csv'));
  return form;
}
