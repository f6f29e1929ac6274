import { z } from 'zod';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { Graph, MetaApp } from './graph.ts';
import { metaVerdict } from './verdicts.ts';

/** What Meta knows of a token. */
export interface TokenFacts {
  readonly valid: boolean;
  /** Whose grant it belongs to; `null` if Meta does not say, as of a token that it does not know. */
  readonly userId: string | null;
  readonly scopes: readonly string[];
  /** What a permission is limited to, by permission; what is not limited is missing. */
  readonly targets: Readonly<Record<string, readonly string[]>>;
  /** Why it is not valid. */
  readonly refusal: { readonly code: number | null; readonly subcode: number | null } | null;
}

const id = z.union([z.string(), z.number()]).transform(String);
const answer = z.object({
  data: z.object({
    is_valid: z.boolean(),
    user_id: id.nullish(),
    scopes: z.array(z.string()).nullish(),
    granular_scopes: z.array(z.object({ scope: z.string(), target_ids: z.array(id).nullish() })).nullish(),
    error: z.object({ code: z.number().nullish(), subcode: z.number().nullish() }).nullish(),
  }),
});

/** The token by which the app speaks for itself; `null` where no app is configured. */
export function appToken({ id, secret }: MetaApp): string | null {
  return id === null || secret === null ? null : `${id}|${secret}`;
}

/** Asks Meta about a token, as the app; `null` where no app is configured. */
export async function tokenFacts(
  graph: Graph,
  app: MetaApp,
  token: string,
  options: CallOptions = {},
): Promise<TokenFacts | null> {
  const asking = appToken(app);
  if (asking === null) return null;
  const { data } = await graph.call({
    method: 'GET',
    path: '/debug_token',
    query: { input_token: token },
    accessToken: asking,
    repeat: 'harmless',
    signal: options.signal,
    answer,
  });
  const limited = (data.granular_scopes ?? []).flatMap(({ scope, target_ids: ids }) => (ids ? [[scope, ids]] : []));
  return {
    valid: data.is_valid,
    userId: data.user_id ?? null,
    scopes: data.scopes ?? [],
    targets: Object.fromEntries(limited) as Record<string, readonly string[]>,
    refusal: data.is_valid ? null : { code: data.error?.code ?? null, subcode: data.error?.subcode ?? null },
  };
}

/** Which permissions a token has; `null` where no app is configured. Throws `ChannelError` if the token is of no use. */
export async function currentPermissions(
  graph: Graph,
  { app, network }: { app: MetaApp; network: string },
  token: string,
  options: CallOptions = {},
): Promise<readonly string[] | null> {
  const facts = await tokenFacts(graph, app, token, options);
  if (facts === null || facts.valid) return facts?.scopes ?? null;
  throw tokenRefused(network, facts);
}

function tokenRefused(network: string, { refusal }: TokenFacts): ChannelError {
  const code = refusal?.code ?? tokenInvalid;
  const subcode = refusal?.subcode ?? null;
  const verdict = metaVerdict(code, subcode);
  return new ChannelError(`${network} does not honour the token any more.`, {
    class: verdict?.class === 'disconnected' ? 'disconnected' : 'refresh_token',
    mayHaveActed: false,
    grantProblem: verdict?.grantProblem ?? 'gone',
    provider: { status: 200, code: subcode === null ? String(code) : `${code}/${subcode}`, message: null },
  });
}

const tokenInvalid = 190;
