import { createServer, type Server } from 'node:http';

export interface HealthSource {
  /** Names what keeps this process from doing its work; empty when it is ready. */
  readonly notReady: () => Promise<readonly string[]>;
  /** Text in the format of Prometheus. */
  readonly metrics: () => Promise<string>;
}

/** Serves `/healthz`, `/readyz` and `/metrics` of a process that has no API. */
export function serveHealth({ host, port }: { host: string; port: number }, source: HealthSource): Promise<Server> {
  const server = createServer((request, response) => {
    respond(request.url ?? '/', source).then(
      ({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body),
      () => response.writeHead(503, { 'content-type': 'text/plain' }).end('not ready'),
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

async function respond(path: string, { notReady, metrics }: HealthSource) {
  switch (path) {
    case '/healthz':
      return json(200, { status: 'ok' });
    case '/readyz': {
      const missing = await notReady();
      return json(missing.length === 0 ? 200 : 503, { status: missing.length === 0 ? 'ok' : 'not ready', missing });
    }
    case '/metrics':
      return { status: 200, type: 'text/plain; version=0.0.4', body: await metrics() };
    default:
      return json(404, { status: 'not found' });
  }
}

function json(status: number, body: unknown) {
  return { status, type: 'application/json', body: JSON.stringify(body) };
}
