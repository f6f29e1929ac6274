/** How a person answers a simulated consent page; what is left out is as the page proposes it. */
export interface ConsentAnswer {
  /** The person's id on the page. */
  readonly person?: string;
  /** Permissions to untick. */
  readonly without?: readonly string[];
  /** The only pages to tick, where the page offers any. */
  readonly pages?: readonly string[];
  readonly deny?: boolean;
}

/**
 * Reads a consent page and sends its form, as a browser would. Returns the URL that the network leads back to, with the
 * code or its refusal; it is not followed.
 */
export async function answerConsentPage(authorizationUrl: string, answer: ConsentAnswer = {}): Promise<URL> {
  const shown = await fetch(authorizationUrl, { redirect: 'manual' });
  // A network that asks nobody, since it has found fault with the request, leads back at once.
  const back = shown.headers.get('location');
  if (back !== null) return new URL(back);
  if (!shown.ok) throw new Error(`the consent page answered ${shown.status}: ${await shown.text()}`);
  const form = new URLSearchParams();
  for (const { type, name, value, checked } of inputsOf(await shown.text())) {
    if (name === 'person') {
      if (answer.person === undefined ? checked : value === answer.person) form.append(name, value);
    } else if (name === 'scope') {
      if ((checked || type === 'hidden') && answer.without?.includes(value) !== true) form.append(name, value);
    } else if (name === 'page') {
      if (answer.pages?.includes(value) ?? checked) form.append(name, value);
    } else form.append(name, value);
  }
  form.set('answer', answer.deny === true ? 'deny' : 'allow');
  const sent = await fetch(authorizationUrl, { method: 'POST', body: form, redirect: 'manual' });
  const location = sent.headers.get('location');
  if (location === null) throw new Error(`the consent form answered ${sent.status}: ${await sent.text()}`);
  return new URL(location);
}

interface Input {
  readonly type: string;
  readonly name: string;
  readonly value: string;
  readonly checked: boolean;
}

function inputsOf(html: string): readonly Input[] {
  return [...html.matchAll(/<input ([^>]*)>/g)].map(([, attributes = '']) => {
    const of = (name: string): string => unescape(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');
    return { type: of('type'), name: of('name'), value: of('value'), checked: / checked\b/.test(attributes) };
  });
}

const unescape = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
