import type {
  CallOptions,
  PageAccess,
  Prepared,
  PublishableContent,
  PublishableFile,
  PublishableMedia,
} from '../channel.ts';
import { type Asset, type AssetState, isAsset, readAsset, uploadInOnePiece } from './asset.ts';
import { uploadFilm } from './film.ts';
import type { Rest } from './rest.ts';

interface Wanted {
  readonly kind: PublishableMedia['kind'];
  readonly file: PublishableFile;
}

interface Uploaded {
  readonly asset: Asset;
  readonly state: AssetState | null;
}

/**
 * Uploads what the post will show: its media, or the picture of its link card. What an earlier call uploaded is kept,
 * unless LinkedIn has lost it or failed to process it.
 */
export async function prepareAssets(
  rest: Rest,
  page: PageAccess,
  { content, earlier, nowMs }: { content: PublishableContent; earlier: Prepared | null; nowMs: number },
  options: CallOptions = {},
): Promise<Prepared> {
  if (isMixed(content)) return mixedMedia;
  const kept = keptAssets(earlier);
  const uploads: Uploaded[] = [];
  for (const [index, wanted] of wantedAssets(content).entries()) {
    const known = kept[index];
    const state = known === undefined ? null : await readAsset(rest, page, known, options);
    if (known !== undefined && state !== null && state !== 'PROCESSING_FAILED') {
      uploads.push({ asset: known, state });
      continue;
    }
    const { kind, file } = wanted;
    const asset =
      kind === 'video'
        ? await uploadFilm(rest, page, { file, madeAt: nowMs }, options)
        : await uploadInOnePiece(rest, page, { kind, file, madeAt: nowMs }, options);
    // A file that is not listed yet is being processed.
    uploads.push({ asset, state: (await readAsset(rest, page, asset, options)) ?? 'PROCESSING' });
  }
  return asPrepared(uploads, { isSingle: content.media.length === 1 });
}

/** Asks how far LinkedIn is with everything that was uploaded. */
export async function checkAssets(
  rest: Rest,
  page: PageAccess,
  prepared: Prepared,
  options: CallOptions = {},
): Promise<Prepared> {
  if (prepared.state !== 'processing') return prepared;
  const uploads: Uploaded[] = [];
  for (const asset of keptAssets(prepared)) {
    uploads.push({ asset, state: await readAsset(rest, page, asset, options) });
  }
  return asPrepared(uploads, { isSingle: prepared.anchor !== null });
}

/** A single file is the post's anchor; several, and the picture of a card, are its parts. */
function asPrepared(uploads: readonly Uploaded[], { isSingle }: { isSingle: boolean }): Prepared {
  const assets = uploads.map(({ asset }) => asset);
  const made = isSingle ? { anchor: assets[0] ?? null, parts: [] } : { anchor: null, parts: assets };
  const failed = uploads.find(({ state }) => state === null || state === 'PROCESSING_FAILED');
  if (failed !== undefined) {
    return { state: 'refused', ...made, refusal: { code: 'processing_failed', providerCode: failed.state } };
  }
  return { state: uploads.every(({ state }) => state === 'AVAILABLE') ? 'ready' : 'processing', ...made };
}

/** In the order of the media. Whoever asks again after a refusal wants a new try. */
function keptAssets(earlier: Prepared | null): readonly Asset[] {
  if (earlier === null || earlier.state === 'refused') return [];
  return (earlier.anchor === null ? earlier.parts : [earlier.anchor]).filter(isAsset);
}

function wantedAssets({ media, link }: PublishableContent): readonly Wanted[] {
  if (media.length > 0) return media.map((file) => ({ kind: file.kind, file }));
  const picture = link?.image ?? null;
  return picture === null ? [] : [{ kind: 'image', file: picture }];
}

/** LinkedIn shows several images, or one film, or one document. */
function isMixed({ media }: PublishableContent): boolean {
  return media.length > 1 && media.some(({ kind }) => kind !== 'image');
}

const mixedMedia: Prepared = {
  state: 'refused',
  anchor: null,
  parts: [],
  refusal: { code: 'media_refused', providerCode: null },
};
