import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ChannelHttp, ChannelHttpConfig, HttpRequest, ObservedExchange } from '../../../src/channels/http.ts';
import { usualHttpSettings } from '../../../src/channels/http.ts';
import { channelErrorOf } from '../../support/channel-error.ts';
import { noon, testHttp } from './channel-http.ts';
import { answer, type LocalServer, listen, type Respond } from './local-server.ts';

describe('a request that must not be repeated', () => {
  it('may have acted if its answer is lost after the body was sent, and is not sent again', async () => {
    const { http, server } = await against((_request, _response, socket) => socket.destroy());

    const error = await channelErrorOf(http.send(publish));

    expect(error).toMatchObject({ class: 'unknown', mayHaveActed: true });
    expect(server.received).toHaveLength(1);
  });

  it('has not acted if the connection is refused', async () => {
    const { http, server } = await against(() => {});
    await server.close();

    const error = await channelErrorOf(http.send(publish));

    expect(error).toMatchObject({ class: 'retry_later', mayHaveActed: false });
  });

  it('has not acted if the name does not resolve', async () => {
    const http = opened(testHttp('http://no-such-host.invalid'));

    expect(await channelErrorOf(http.send(publish))).toMatchObject({ class: 'retry_later', mayHaveActed: false });
  });

  it('has not acted if no connection is made in time', async () => {
    const http = opened(
      testHttp(await endlessHandshake(), {
        limits: { ...usualHttpSettings.limits, allowPrivateTargets: true, connectTimeoutMs: 200 },
      }),
    );

    expect(await channelErrorOf(http.send(publish))).toMatchObject({ class: 'retry_later', mayHaveActed: false });
  });

  it('does not leave if the process was frozen after it decided to send', async () => {
    let now = noon;
    const server = await serving((_request, response) => answer(response, 200, {}));
    const http = opened(testHttp(server.origin, { clock: () => (now += 4_000) }));

    const error = await channelErrorOf(http.send(publish));

    expect(error).toMatchObject({ class: 'retry_later', mayHaveActed: false, retryAfterMs: 1_000 });
    expect(server.received).toHaveLength(0);
    expect((await http.send(read)).status).toBe(200);
  });

  it('may have acted if no answer comes in time', async () => {
    const { http, server } = await against(() => {}, { headersTimeoutMs: 100 });

    expect(await channelErrorOf(http.send(publish))).toMatchObject({ class: 'unknown', mayHaveActed: true });
    expect(server.received).toHaveLength(1);
  });

  it('may have acted if the answer stops half way', async () => {
    const { http } = await against(
      (_request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"id":');
      },
      { bodyTimeoutMs: 100 },
    );

    expect(await channelErrorOf(http.send(publish))).toMatchObject({ class: 'unknown', mayHaveActed: true });
  });

  it('has not acted if it was given up before it left, and leaves no more', async () => {
    const { http, server } = await against((_request, response) => answer(response, 200, {}));

    const error = await channelErrorOf(http.send({ ...publish, signal: AbortSignal.abort() }));

    expect(error.mayHaveActed).toBe(false);
    expect(server.received).toHaveLength(0);
  });

  it('has not acted if it was given up while connecting', async () => {
    const giveUp = new AbortController();
    const http = opened(testHttp(await endlessHandshake(() => giveUp.abort())));

    const error = await channelErrorOf(http.send({ ...publish, signal: giveUp.signal }));

    expect(error.mayHaveActed).toBe(false);
  });

  it('may have acted if it was given up while the network worked on it', async () => {
    const giveUp = new AbortController();
    const { http } = await against(() => giveUp.abort());

    const error = await channelErrorOf(http.send({ ...publish, signal: giveUp.signal }));

    expect(error).toMatchObject({ class: 'unknown', mayHaveActed: true });
  });

  it('returns a server error as an answer and does not repeat it', async () => {
    const { http, server } = await against((_request, response) => answer(response, 503, { down: true }));

    expect(await http.send(publish)).toMatchObject({ status: 503, json: { down: true } });
    expect(server.received).toHaveLength(1);
  });

  it('always goes over a connection that nothing else has used', async () => {
    const { http, server } = await against((_request, response) => answer(response, 200, {}));

    for (const request of [read, read, publish, publish, read]) await http.send(request);

    const publications = server.received.filter(({ method }) => method === 'POST').map(({ connection }) => connection);
    for (const connection of publications) {
      expect(server.received.filter((request) => request.connection === connection)).toHaveLength(1);
    }
  });
});

describe('a request that may be repeated', () => {
  it('is repeated after a lost connection, up to three times in all', async () => {
    const { http, server } = await against((_request, _response, socket) => socket.destroy());

    expect(await channelErrorOf(http.send(read))).toMatchObject({ class: 'retry_later' });
    expect(server.received).toHaveLength(3);
  });

  it('is repeated after an unavailable server and brings the answer that comes then', async () => {
    const { http, server } = await against((_request, response) =>
      answer(response, server.received.length === 1 ? 503 : 200, { try: server.received.length }),
    );

    expect((await http.send(read)).json).toEqual({ try: 2 });
  });

  it('waits as long as Retry-After says', async () => {
    const { http, server } = await against((_request, response) =>
      answer(response, server.received.length === 1 ? 429 : 200, {}, { 'retry-after': '0.2' }),
    );
    const startedAt = performance.now();

    expect((await http.send(read)).status).toBe(200);

    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(199);
  });

  it('is left to the process if Retry-After is long', async () => {
    const { http, server } = await against((_request, response) =>
      answer(response, 429, {}, { 'retry-after': '3600' }),
    );

    expect(await http.send(read)).toMatchObject({ status: 429, headers: { 'retry-after': '3600' } });
    expect(server.received).toHaveLength(1);
  });

  it('is not repeated after a throttle that names no time', async () => {
    const { http, server } = await against((_request, response) => answer(response, 429, {}));

    await http.send(read);

    expect(server.received).toHaveLength(1);
  });
});

describe('where requests may go', () => {
  it('refuses a private address when private targets are not allowed, before anything leaves', async () => {
    const { http, server } = await against((_request, response) => answer(response, 200, {}), {
      allowPrivateTargets: false,
    });

    const error = await channelErrorOf(http.send(publish));

    expect(error).toMatchObject({ class: 'unknown', mayHaveActed: false });
    expect(server.received).toHaveLength(0);
  });

  it('refuses a name that resolves to a private address', async () => {
    const { server } = await against((_request, response) => answer(response, 200, {}));
    const http = opened(
      testHttp(`http://localhost:${server.port}`, {
        limits: { ...usualHttpSettings.limits, allowPrivateTargets: false },
      }),
    );

    expect(await channelErrorOf(http.send(read))).toMatchObject({ class: 'unknown', mayHaveActed: false });
    expect(server.received).toHaveLength(0);
  });

  it('does not follow a redirect', async () => {
    const { http, server } = await against((_request, response) =>
      answer(response, 302, null, { location: '/elsewhere' }),
    );

    expect((await http.send(read)).status).toBe(302);
    expect(server.received.map(({ path }) => path)).toEqual(['/v25.0/1']);
  });

  it('refuses a URL from the network that is on a foreign host', async () => {
    const { http, server } = await against((_request, response) => answer(response, 200, {}));

    for (const url of [
      'https://attacker.example/x',
      'file:///etc/passwd',
      'not a url',
      `http://user@127.0.0.1:${server.port}/x`,
    ]) {
      const error = await channelErrorOf(http.send({ ...read, target: { url } }));
      expect(error).toMatchObject({ class: 'unknown', mayHaveActed: false });
    }
    expect(server.received).toHaveLength(0);
  });

  it("leads a URL on the network's public host to the configured one", async () => {
    const { http, server } = await against((_request, response) => answer(response, 200, {}));

    await http.send({
      ...read,
      network: 'linkedin',
      target: { url: 'https://www.linkedin.com/dms-uploads/abc?sig=1' },
    });

    expect(server.received[0]).toMatchObject({ path: '/dms-uploads/abc' });
    expect(server.received[0]?.query.get('sig')).toBe('1');
  });
});

describe('what comes back', () => {
  it('carries headers in lower case and the parsed body', async () => {
    const { http } = await against((_request, response) => answer(response, 200, { id: '1' }, { 'X-App-Usage': '{}' }));

    expect(await http.send(read)).toMatchObject({ json: { id: '1' }, headers: { 'x-app-usage': '{}' } });
  });

  it('has no JSON if the body is none', async () => {
    const { http } = await against((_request, response) => response.end('<html>'));

    expect((await http.send(read)).json).toBeUndefined();
  });

  it('is refused if it is larger than any that is expected', async () => {
    const { http } = await against((_request, response) => response.end('x'.repeat(10_000)), { maxAnswerBytes: 1_000 });

    expect(await channelErrorOf(http.send(publish))).toMatchObject({ class: 'unknown', mayHaveActed: true });
  });

  it('is quoted without the secrets of the request', async () => {
    const { http } = await against((_request, response) => answer(response, 400, {}));
    const answered = await http.send({
      ...read,
      query: { appsecret_proof: 'proof-0123456789' },
      headers: { authorization: 'Bearer token-0123456789' },
      method: 'POST',
      body: { form: { client_secret: 'secret-0123456789', code: 'code-0123456789' } },
    });

    const quoted = answered.quote(
      'Malformed token-0123456789 proof-0123456789 secret-0123456789 code-0123456789 at ?access_token=abcdefgh&x=1, EAAGm0PX4ZCpsBAKZCd0ZB',
    );

    expect(quoted).not.toMatch(/0123456789|abcdefgh|EAAG/);
    expect(quoted).toContain('Malformed');
  });

  it('leaves no secret in the error of a failed request', async () => {
    const { http } = await against((_request, _response, socket) => socket.destroy());

    const error = await channelErrorOf(
      http.send({
        ...publish,
        query: { access_token: 'token-0123456789' },
        headers: { authorization: 'Bearer token-0123456789' },
        body: { json: { message: 'private words' } },
      }),
    );

    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(/0123456789|private words|\/v25\.0/);
  });

  it('is told to the observer, with every try', async () => {
    const seen: ObservedExchange[] = [];
    const server = await serving((_request, response) => answer(response, 503, {}));
    const http = opened(testHttp(server.origin, { observe: (exchange) => seen.push(exchange) }));

    await http.send(read);

    expect(seen.map(({ network, outcome }) => [network, outcome])).toEqual(Array(3).fill(['facebook', 503]));
  });
});

const publish: HttpRequest = {
  network: 'facebook',
  target: { base: 'api', path: '/v25.0/1/feed' },
  method: 'POST',
  body: { json: { message: 'Buongiorno' } },
  repeat: 'never',
};
const read: HttpRequest = {
  network: 'facebook',
  target: { base: 'api', path: '/v25.0/1' },
  method: 'GET',
  repeat: 'harmless',
};

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close().catch(() => null);
});

async function serving(respond: Respond): Promise<LocalServer> {
  const server = await listen(respond);
  closing.push(() => server.close());
  return server;
}

/** An origin whose TLS handshake never ends. */
async function endlessHandshake(onConnection: () => void = () => {}): Promise<string> {
  const silent = createServer(onConnection);
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  closing.push(async () => void silent.close());
  return `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
}

function opened(http: ChannelHttp): ChannelHttp {
  closing.unshift(() => http.close());
  return http;
}

async function against(
  respond: Respond,
  limits: Partial<ChannelHttpConfig['limits']> = {},
): Promise<{ http: ChannelHttp; server: LocalServer }> {
  const server = await serving(respond);
  const http = opened(
    testHttp(server.origin, { limits: { ...usualHttpSettings.limits, allowPrivateTargets: true, ...limits } }),
  );
  return { http, server };
}
