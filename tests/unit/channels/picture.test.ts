import { afterEach, describe, expect, it } from 'vitest';
import { openPictureFetcher, type PictureFetcher } from '../../../src/channels/picture.ts';
import { listen, type LocalServer, type Respond } from './local-server.ts';

describe('a picture that a network names', () => {
  it('is fetched, with nothing that tells who asks', async () => {
    const { origin } = await serve((_request, response) => response.end('bytes of a picture'));
    const fetched = await fetcher({ simulated: true }).fetch(`${origin}/picture.jpg?oh=1`);
    expect(fetched).toEqual({ kind: 'fetched', content: Buffer.from('bytes of a picture') });
    expect(Object.keys(server?.received[0]?.headers ?? {}).toSorted()).toEqual(['accept', 'connection', 'host']);
  });

  it('is found behind redirects, but not behind endless ones', async () => {
    const { origin } = await serve((request, response) => {
      const hops = Number(request.query.get('hops'));
      if (hops === 0) return response.end('arrived');
      return response.writeHead(302, { location: `?hops=${hops - 1}` }).end();
    });
    const { fetch } = fetcher({ simulated: true });
    expect(await fetch(`${origin}/?hops=3`)).toMatchObject({ kind: 'fetched' });
    expect(await fetch(`${origin}/?hops=4`)).toEqual({ kind: 'refused', why: 'no_picture' });
  });

  it('is not fetched in part: more than two megabytes are refused as they come', async () => {
    const { origin } = await serve((_request, response) => response.end(Buffer.alloc(2_000_001)));
    expect(await fetcher({ simulated: true }).fetch(origin)).toEqual({ kind: 'refused', why: 'too_large' });
  });

  it.each([403, 404, 500])('that is not given (%i) is no picture', async (status) => {
    const { origin } = await serve((_request, response) => response.writeHead(status).end());
    expect(await fetcher({ simulated: true }).fetch(origin)).toEqual({ kind: 'refused', why: 'no_picture' });
  });

  it('whose host cannot be reached is a matter of time', async () => {
    const { origin, close } = await listen(() => undefined);
    await close();
    expect(await fetcher({ simulated: true }).fetch(origin)).toEqual({ kind: 'refused', why: 'unreachable' });
  });
});

describe('where the networks are real', () => {
  it.each([
    'https://127.0.0.1/picture',
    'https://[::1]/picture',
    'https://10.0.0.8/picture',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/picture',
  ])('%s is on no public network and is refused', async (url) => {
    expect(await fetcher({ simulated: false }).fetch(url)).toEqual({ kind: 'refused', why: 'forbidden_url' });
  });

  it.each(['http://example.com/picture', 'https://user:secret@example.com/picture', 'file:///etc/passwd', 'nothing'])(
    '%s is refused without asking anybody',
    async (url) => {
      expect(await fetcher({ simulated: false }).fetch(url)).toEqual({ kind: 'refused', why: 'forbidden_url' });
    },
  );
});

it.each(['ftp://127.0.0.1/picture', 'file:///etc/passwd', 'http://a:b@127.0.0.1/'])(
  'a redirect to %s is judged as the first address was',
  async (location) => {
    const { origin } = await serve((_request, response) => response.writeHead(301, { location }).end());
    expect(await fetcher({ simulated: true }).fetch(origin)).toEqual({ kind: 'refused', why: 'forbidden_url' });
  },
);

let server: LocalServer | null = null;
const open: PictureFetcher[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
  await server?.close();
  server = null;
});

async function serve(respond: Respond): Promise<LocalServer> {
  server = await listen(respond);
  return server;
}

function fetcher({ simulated }: { simulated: boolean }): PictureFetcher {
  const made = openPictureFetcher({ allowPrivateTargets: simulated, clock: Date.now });
  open.push(made);
  return made;
}
