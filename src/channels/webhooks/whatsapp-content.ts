/** A message as it came, of which only the kind is known for sure. */
type Message = Readonly<Record<string, unknown>> & { readonly type: string };

/** Besides the part of the kind: what it answers, which advertisement led here, and why it cannot be shown. */
const references = ['context', 'referral', 'errors'] as const;

/** What is kept of a message: the part of its kind and its references. Files stay at WhatsApp, under their ids. */
export function contentOf(message: Message): Record<string, unknown> {
  const kept = Object.entries(message).filter(
    ([name, part]) => part !== null && (name === message.type || references.some((reference) => reference === name)),
  );
  return storable(Object.fromEntries(kept)) as Record<string, unknown>;
}

/** What a message says, as far as it has words. */
export function textOf(message: Message): string {
  const text = at(message, ...(places[message.type] ?? [])) ?? replyIn(message);
  return typeof text === 'string' ? storableText(text) : '';
}

const places: Readonly<Record<string, readonly string[]>> = {
  text: ['text', 'body'],
  button: ['button', 'text'],
  reaction: ['reaction', 'emoji'],
  image: ['image', 'caption'],
  video: ['video', 'caption'],
  document: ['document', 'caption'],
  location: ['location', 'name'],
  order: ['order', 'text'],
  system: ['system', 'body'],
};

/** The title of what was pressed or picked, or a form's closing words. */
function replyIn({ type, interactive }: Message): unknown {
  if (type !== 'interactive') return undefined;
  const reply = at(interactive, 'button_reply') ?? at(interactive, 'list_reply');
  return at(reply, 'title') ?? at(interactive, 'nfm_reply', 'body');
}

function at(value: unknown, ...path: readonly string[]): unknown {
  if (path.length === 0 && typeof value !== 'string') return undefined;
  return path.reduce<unknown>(
    (part, name) => (isRecord(part) && Object.hasOwn(part, name) ? part[name] : undefined),
    value,
  );
}

/** Without what Postgres takes neither as text nor in JSON: the character 0, and halves of characters. */
export function storableText(text: string): string {
  return text.replaceAll('\u0000', '').toWellFormed();
}

function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storable);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [storableText(name), storable(part)]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
