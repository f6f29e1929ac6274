import { type ExchangeAnswer, ExchangeFailure, type ExchangeLimits, openExchange } from './http/exchange.ts';

/** What came of fetching a picture: its bytes, or why there are none. */
export type FetchedPicture =
  | { readonly kind: 'fetched'; readonly content: Uint8Array }
  | { readonly kind: 'refused'; readonly why: 'forbidden_url' | 'too_large' | 'no_picture' | 'unreachable' };

export interface PictureFetcher {
  /** Never throws for what the address or its host does. */
  fetch(url: string, signal?: AbortSignal): Promise<FetchedPicture>;
  close(): Promise<void>;
}

/** More than any profile picture has. */
const maxPictureBytes = 2_000_000;
const maxRedirects = 3;

/**
 * Fetches pictures from addresses that networks handed us. They lie on hosts of content networks that nobody has
 * configured and that change, so any public host is allowed, over https, and no other: a name or a redirect that leads
 * to a private address is refused at the moment of connecting. No token ever goes along.
 */
export function openPictureFetcher({
  allowPrivateTargets,
  clock,
}: {
  /** Only ever true where the networks are simulated: then http is allowed too. */
  readonly allowPrivateTargets: boolean;
  readonly clock: () => number;
}): PictureFetcher {
  const exchange = openExchange({ ...limits, allowPrivateTargets }, clock);
  const allowed = (url: URL): boolean =>
    (url.protocol === 'https:' || (allowPrivateTargets && url.protocol === 'http:')) &&
    url.username === '' &&
    url.password === '';

  async function follow(start: string, signal: AbortSignal | undefined): Promise<FetchedPicture> {
    let next: string | null = start;
    for (let hops = 0; hops <= maxRedirects && next !== null; hops += 1) {
      const url: URL | null = URL.canParse(next) ? new URL(next) : null;
      if (url === null || !allowed(url)) return refused('forbidden_url');
      const answer: ExchangeAnswer = await exchange({
        url,
        method: 'GET',
        headers: { accept: 'image/*' },
        body: null,
        once: false,
        departWithinMs: undefined,
        signal,
      });
      if (answer.status === 200) return { kind: 'fetched', content: answer.body };
      next = redirectOf(answer, url);
    }
    return refused('no_picture');
  }

  return {
    fetch: async (url, signal) => {
      try {
        return await follow(url, signal);
      } catch (error) {
        if (!(error instanceof ExchangeFailure)) throw error;
        return refused(reasonOf(error));
      }
    },
    close: () => exchange.close(),
  };
}

const limits: Omit<ExchangeLimits, 'allowPrivateTargets'> = {
  connectTimeoutMs: 5_000,
  headersTimeoutMs: 10_000,
  bodyTimeoutMs: 5_000,
  maxAnswerBytes: maxPictureBytes,
  departWithinMs: 1_000,
};

function redirectOf({ status, headers }: ExchangeAnswer, from: URL): string | null {
  const location = headers['location'];
  if (status < 300 || status > 399 || location === undefined || !URL.canParse(location, from.href)) return null;
  return new URL(location, from).href;
}

function refused(why: Extract<FetchedPicture, { kind: 'refused' }>['why']): FetchedPicture {
  return { kind: 'refused', why };
}

function reasonOf({ reason }: ExchangeFailure): Extract<FetchedPicture, { kind: 'refused' }>['why'] {
  if (reason === 'forbidden_address') return 'forbidden_url';
  return reason === 'answer_too_large' ? 'too_large' : 'unreachable';
}
