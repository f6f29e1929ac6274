import { Router } from 'express';
import sharp from 'sharp';
import { escapeHtml, htmlPage } from './html.ts';
import type { Publication } from './publications.ts';
import type { World } from './world.ts';

/** A page, account or organisation that can be looked at. */
export interface Account {
  readonly id: string;
  readonly network: Publication['network'];
  readonly name: string;
  readonly handle: string;
}

/** Where the post `id` of `account` is shown. */
export const permalink = (publicUrl: string, account: string, id: string): string =>
  `${publicUrl}/pages/${account}#${encodeURIComponent(id)}`;

/** What people see: a list of the accounts, each account's feed, and the images. */
export function pages(world: World, accounts: readonly Account[]): Router {
  const router = Router();
  router.get('/', (_req, res) => {
    res.send(htmlPage('Pages', `<ul>${accounts.map((account) => entry(world, account)).join('')}</ul>`));
  });
  router.get('/pages/:id', (req, res, next) => {
    const account = accounts.find(({ id }) => id === req.params.id);
    if (account === undefined) return next();
    const feed = world.publications.feed(account.id).map(post).join('');
    const title = `${account.name} (${account.network})`;
    res.send(htmlPage(title, `<p>@${escapeHtml(account.handle)}</p>${feed === '' ? '<p>No posts yet.</p>' : feed}`));
  });
  router.get('/_picture.png', async (_req, res) => {
    res.type('png').send(await sharp({ create: picture }).png().toBuffer());
  });
  router.get('/_media/:sha256', async (req, res, next) => {
    const bytes = await world.media.read(req.params.sha256);
    if (bytes === null) return next();
    res.type(typeOf(bytes)).send(bytes);
  });
  return router;
}

function typeOf(bytes: Buffer): string {
  if (bytes.subarray(4, 8).toString('latin1') === 'ftyp') return 'mp4';
  return bytes[0] === 0x89 ? 'png' : bytes[0] === 0x47 ? 'gif' : 'jpeg';
}

/** Every account's picture. */
const picture = { width: 50, height: 50, channels: 3, background: '#0a6cbc' } as const;

function entry(world: World, { id, name, network }: Account): string {
  const count = world.publications.feed(id).length;
  return `<li><a href="/pages/${id}">${escapeHtml(name)}</a> on ${network}: ${count} post${count === 1 ? '' : 's'}</li>`;
}

function post({ id, text, media, publishedAt, editedAt }: Publication): string {
  const anchor = encodeURIComponent(id);
  const images = media.map(({ sha256, altText, kind }) =>
    kind === 'video'
      ? `<video controls src="/_media/${sha256}"></video>`
      : `<img src="/_media/${sha256}" alt="${escapeHtml(altText ?? '')}">`,
  );
  return `<article id="${anchor}">
<p class="text">${escapeHtml(text)}</p>${images.join('')}
<p><a href="#${anchor}"><time>${new Date(publishedAt).toISOString()}</time></a>${editedAt === null ? '' : ' edited'}</p>
</article>`;
}
