import { randomBytes } from 'node:crypto';
import { type ReturnLanguage, returnWords, type ReturnWords } from '../../messages/return-page.ts';
import type { Landing } from '../connections/receive-return.ts';

/** What the page has to say: how a person was met, or why nobody could be. */
export type Said = Landing | { readonly kind: 'tooLong' | 'tooMany' | 'trouble' };

export interface ReturnPage {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** On this channel a console of the same origin hears how an authorization went. */
const channel = 'chorally-connections';

/**
 * The page that ends the window in which a person was at a network: it tells the console, and closes if it may. Without
 * scripts, or outside of a window of its own, it says what happened and where to go on. Nothing of the request is in it.
 */
export function returnPage(
  said: Said,
  { language, consoleUrl }: { language: ReturnLanguage; consoleUrl: string | null },
): ReturnPage {
  const words = returnWords[language];
  const nonce = randomBytes(16).toString('base64');
  const back = consoleUrl === null ? '' : `<p><a href="${escape(consoleUrl)}">${escape(words.back)}</a></p>`;
  const about = said.kind === 'met' ? `<p>${escape(words.about(said.tenant))}</p>` : '';
  const html = `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>${escape(words.title)} · Chorally</title>
</head>
<body>
<h1>${escape(words.title)}</h1>
<p>${escape(sentenceOf(said, words))}</p>
${about}<p>${escape(words.close)}</p>
${back}${said.kind === 'met' ? script(said, nonce) : ''}</body>
</html>
`;
  return { html, headers: headersFor(nonce) };
}

function sentenceOf(said: Said, words: ReturnWords): string {
  if (said.kind === 'stray') return words.stray[said.reason];
  if (said.kind !== 'met') return words[said.kind];
  switch (said.state) {
    case 'selecting_page':
      return words.selecting;
    case 'connected':
      return words.connected;
    case 'expired':
      return words.stray.expired;
    case 'failed':
      return words.failed[said.failure];
  }
}

/** Ids and codes of our own only. */
function script({ authorizationId, state }: Extract<Said, { kind: 'met' }>, nonce: string): string {
  const told = JSON.stringify({ type: 'connection-authorization', authorizationId, outcome: state });
  return `<script nonce="${nonce}">
if ('BroadcastChannel' in window) new BroadcastChannel('${channel}').postMessage(${told});
setTimeout(() => window.close(), 300);
</script>
`;
}

function headersFor(nonce: string): Readonly<Record<string, string>> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    // Cut off from its opener, a window may not close itself.
    'cross-origin-opener-policy': 'unsafe-none',
    'cache-control': 'no-store',
    // The address holds a code.
    'referrer-policy': 'no-referrer',
  };
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
