import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import type { ControlRoute } from '../control/route.ts';
import { control } from '../control/routes.ts';
import { arrivalOf, logArrival, stamped } from './arrivals.ts';
import { listen } from './listener.ts';
import type { Operation } from './operation.ts';
import { type Account, pages } from './pages.ts';
import type { Revocation, Told } from './revocation.ts';
import { type Dialect, serve } from './serve.ts';
import { defaultSettings, type Settings } from './settings.ts';
import type { SeededToken } from './tokens.ts';
import { openWorld, type World } from './world.ts';

/** What makes a simulator one of a certain network. */
export interface Network {
  readonly name: string;
  readonly accounts: readonly Account[];
  readonly tokens: readonly SeededToken[];
  /** What the path is, once what the network allows before it (a version) is taken off. */
  readonly route?: (url: string) => string;
  /** Reads the body. */
  readonly body: readonly RequestHandler[];
  readonly dialect: (world: World) => Dialect;
  readonly operations: (world: World) => readonly Operation[];
  /** Pages of its own for people, besides the feeds. */
  readonly site?: (world: World) => RequestHandler;
  /** Takes what comes by the thousand before anything else sees it; true: it has taken the request. */
  readonly fastPath?: (world: World) => (req: IncomingMessage, res: ServerResponse) => boolean;
  /** What happens on it when a person takes their grants back, besides that these end: it may tell the app. */
  readonly afterRevocation?: (world: World, revocation: Revocation) => Promise<readonly Told[]>;
  /** What tests and demos can have it do, besides what all networks can. */
  readonly controls?: (world: World) => readonly ControlRoute[];
}

export interface Simulator {
  readonly url: string;
  /** The control API's root. */
  readonly control: string;
  readonly world: World;
  readonly close: () => Promise<void>;
}

export interface SimulatorOptions {
  /** Where the journal and the images are kept. */
  readonly folder: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Where others reach it; `http://localhost:<port>` if it is not told. */
  readonly publicUrl?: string | undefined;
  readonly settings?: Partial<Settings>;
}

/** Starts a network on 127.0.0.1 with what its journal remembers. */
export async function startSimulator(network: Network, options: SimulatorOptions): Promise<Simulator> {
  let publicUrl = options.publicUrl ?? '';
  const world = await openWorld({
    folder: options.folder,
    tokens: network.tokens,
    settings: { ...defaultSettings, ...options.settings },
    publicUrl: () => publicUrl,
  });
  const usual = stamped(application(network, world));
  const isFast = network.fastPath?.(world) ?? (() => false);
  const listener = await listen((req, res) => void (isFast(req, res) || usual(req, res)), options.port);
  if (publicUrl === '') publicUrl = `http://localhost:${listener.port}`;
  return {
    url: publicUrl,
    control: `${publicUrl}/_control`,
    world,
    close: async () => {
      await listener.close();
      await world.store.close();
    },
  };
}

function application(network: Network, world: World): express.Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.set('query parser', 'extended');
  app.use('/_control', control(network, world));
  app.use(pages(world, network.accounts));
  if (network.site !== undefined) app.use(network.site(world));
  app.use(logArrival(world.log));
  app.use((req, _res, next) => {
    req.url = network.route?.(req.url) ?? req.url;
    next();
  });
  app.use(...network.body);
  const dialect = network.dialect(world);
  for (const operation of network.operations(world)) {
    const verb = operation.method.toLowerCase() as Lowercase<Operation['method']>;
    app[verb](operation.path, serve(world, dialect, operation));
  }
  app.use(unreadable(world, dialect));
  return app;
}

/** A request whose body was not what it claimed to be, or never came to its end. */
function unreadable(world: World, dialect: Dialect): ErrorRequestHandler {
  return (error: unknown, _req, res, next) => {
    const status = statusOf(error);
    const gone = res.destroyed || !res.writable;
    const known = world.log.get(arrivalOf(res).id) ?? arrivalOf(res);
    const end = gone
      ? ({ state: 'unanswered', status: null } as const)
      : ({ state: 'answered', status: status ?? 500 } as const);
    world.log.note({ ...known, ...end, answeredAt: Date.now() });
    // Without a status it is a mistake of ours, which Express shows.
    if (status === null) return next(error);
    if (!gone) res.status(status).json(dialect.trouble(status));
  };
}

function statusOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('status' in error)) return null;
  return typeof error.status === 'number' ? error.status : null;
}
