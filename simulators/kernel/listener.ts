import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Listener {
  readonly port: number;
  /** Stops taking connections and cuts the open ones. */
  readonly close: () => Promise<void>;
}

/** Serves `listener` on 127.0.0.1; port 0 takes any that is free. Rejects if the port is taken. */
export async function listen(listener: RequestListener, port: number): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: 75_000, requestTimeout: 0 }, listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', backlog: 2048 }, resolve);
  });
  // A TCP server's address is never a pipe's name.
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}
