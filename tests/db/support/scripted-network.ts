import type { Kysely } from 'kysely';
import pino from 'pino';
import { dutyQueue } from '../../../src/activities/slice.ts';
import type { DutyOutcome } from '../../../src/activities/duty.ts';
import { probeDuty } from '../../../src/activities/probe-duty.ts';
import { refreshDuty } from '../../../src/activities/refresh-duty.ts';
import { workOff } from '../../../src/activities/slice-lanes.ts';
import { refreshConnection } from '../../../src/activities/token-refresh.ts';
import { watchDuty } from '../../../src/activities/watch-duty.ts';
import { ChannelError, type ChannelErrorFacts } from '../../../src/channels/channel.ts';
import type { Connector, Grant, PageProfile, Watch, WatchWish } from '../../../src/channels/connector.ts';
import type { Connectors } from '../../../src/channels/registry.ts';
import type { Database } from '../../../src/db/schema.ts';
import type { DutyKind } from '../../../src/domain/connection.ts';
import type { SliceResult } from '../../../src/domain/slice.ts';
import { testMasterKeys } from './held-connections.ts';

/** What a network answers from now on; changed by the test as it goes. */
export interface NetworkScript {
  probe: (accessToken: string) => Promise<PageProfile>;
  scopes: () => Promise<readonly string[] | null>;
  refresh: ((refreshToken: string | null) => Promise<Grant>) | null;
  watch: ((wish: WatchWish) => Promise<Watch>) | null;
}

export interface Slices {
  /** The clock of everything that is tested; set by the test. */
  now: number;
  readonly outcomes: DutyOutcome[];
  /** Works off what is due at this instant. */
  run(kind: DutyKind): Promise<SliceResult>;
}

export interface ScriptedSlices extends Slices {
  readonly network: NetworkScript;
}

interface Databases {
  readonly app: Kysely<Database>;
  readonly system: Kysely<Database>;
}

/** The slices on a database of the test's own, with a network that follows a script. */
export function scriptedSlices(databases: Databases, now: number): ScriptedSlices {
  const network: NetworkScript = {
    probe: () => Promise.resolve({ name: 'Pagina', pictureUrl: null }),
    scopes: () => Promise.resolve(null),
    refresh: null,
    watch: null,
  };
  return Object.assign(
    slicesWith(databases, () => connectorsOf(network), now),
    { network },
  );
}

/** The slices on a database of the test's own. The connectors live by the clock of the slices. */
export function slicesWith(
  databases: Databases,
  connectorsBy: (clock: () => number) => Connectors,
  now: number,
): Slices {
  const outcomes: DutyOutcome[] = [];
  const slices: Slices = { now, outcomes, run };
  const clock = () => slices.now;
  const refreshing = { db: databases.app, masterKeys: testMasterKeys, connectors: connectorsBy(clock), clock };
  const dependencies = {
    ...refreshing,
    system: databases.system,
    refresh: (request: Parameters<typeof refreshConnection>[1]) => refreshConnection(refreshing, request),
    webhooks: { publicUrl: 'https://chorally.example', key: 'k'.repeat(32) },
    onDuty: ({ outcome }: { outcome: DutyOutcome }) => void outcomes.push(outcome),
    log: pino({ level: 'silent' }),
  };
  const work = { refresh: refreshDuty(dependencies), probe: probeDuty(dependencies), watch: watchDuty(dependencies) };
  return slices;

  function run(kind: DutyKind): Promise<SliceResult> {
    const limits = { width: 4, until: slices.now + 1, lingerMs: 0, leaseLeftMs: 0 };
    const signal = new AbortController().signal;
    return workOff(dutyQueue(dependencies, { kind, doDuty: work[kind] }), {
      ...limits,
      signal,
      clock: () => slices.now,
    });
  }
}

/** A refusal as a channel throws it. */
export function refusal(facts: Partial<ChannelErrorFacts>, status: number | null = null): ChannelError {
  const provider = status === null ? null : { status, code: String(status), message: 'as the network says' };
  return new ChannelError('refused', { class: 'retry_later', mayHaveActed: false, provider, ...facts });
}

function connectorsOf(script: NetworkScript): Connectors {
  return (network, kind) => {
    const connector: Connector = {
      network,
      kind,
      way: 'credentials',
      admit: unasked,
      adminProfile: unasked,
      listPages: unasked,
      probe: ({ accessToken }) => script.probe(accessToken),
      grantedScopes: () => script.scopes(),
      get refresh() {
        const { refresh } = script;
        return refresh === null ? null : ({ refreshToken }: { refreshToken: string | null }) => refresh(refreshToken);
      },
      revoke: null,
      get watch() {
        const { watch } = script;
        return watch === null ? null : (_page: unknown, wish: WatchWish) => watch(wish);
      },
    };
    return connector;
  };
}

const unasked = (): Promise<never> => Promise.reject(new Error('a slice does not ask this'));
