import type { MediaAnchor } from '../../domain/publication.ts';
import type { CallOptions, PageAccess, Prepared, PublishableContent, PublishableMedia } from '../channel.ts';
import type { Graph } from '../meta/graph.ts';
import { isStillThere, uploadUnpublished } from './photo.ts';
import { asPrepared, isWorthRemaking, readVideo, uploadReel, uploadUnpublishedVideo } from './video.ts';

interface Preparation {
  readonly content: PublishableContent;
  readonly earlier: Prepared | null;
  readonly nowMs: number;
}

/** So many uploads in one call: what is made is kept before the next ones begin. */
const uploadsPerCall = 5;

/** Uploads what the post will show, unseen by anybody; what an earlier call uploaded is kept while Facebook has it. */
export async function prepareMedia(
  graph: Graph,
  page: PageAccess,
  preparation: Preparation,
  options: CallOptions | undefined,
): Promise<Prepared> {
  const { media, format } = preparation.content;
  const [first, ...others] = media;
  if (first === undefined) return format === 'reel' ? refusedMedia : nothingToPrepare;
  if (first.kind === 'video' && others.length === 0)
    return prepareFilm(graph, page, { ...preparation, film: first }, options);
  // A page shows photos together, or one film, never both; a reel is a film, and documents are for nobody here.
  if (format === 'reel' || media.some(({ kind }) => kind !== 'image')) return refusedMedia;
  return preparePhotos(graph, page, preparation, options);
}

/** Asks how far Facebook is. Photos are ready as soon as their upload has been answered. */
export async function checkMedia(
  graph: Graph,
  page: PageAccess,
  { prepared, nowMs }: { prepared: Prepared; nowMs: number },
  options: CallOptions | undefined,
): Promise<Prepared> {
  const { anchor } = prepared;
  if (prepared.state !== 'processing' || anchor === null) return prepared;
  return asPrepared(await readVideo(graph, page, anchor.id, options), anchor, nowMs);
}

async function prepareFilm(
  graph: Graph,
  page: PageAccess,
  { content, earlier, nowMs, film }: Preparation & { film: PublishableMedia },
  options: CallOptions | undefined,
): Promise<Prepared> {
  const kind = content.format === 'reel' ? 'reel' : 'video';
  const known = earlier?.anchor?.kind === kind ? earlier.anchor : null;
  if (known !== null) {
    const video = await readVideo(graph, page, known.id, options);
    if (!isWorthRemaking(video, known, nowMs)) return asPrepared(video, known, nowMs);
  }
  const upload = kind === 'reel' ? uploadReel : uploadUnpublishedVideo;
  return { state: 'processing', anchor: await upload(graph, page, film, nowMs, options), parts: [] };
}

/** One photo is what the post shows; several are the parts of an album. */
async function preparePhotos(
  graph: Graph,
  page: PageAccess,
  { content: { media }, earlier, nowMs }: Preparation,
  options: CallOptions | undefined,
): Promise<Prepared> {
  const kept = photosOf(earlier);
  // What the call before this one has just uploaded needs no second look.
  const isFresh = earlier?.state === 'processing';
  const photos: MediaAnchor[] = [];
  let uploads = 0;
  for (const [index, image] of media.entries()) {
    const known = kept[index] ?? null;
    if (known !== null && (isFresh || (await isStillThere(graph, page, known, nowMs, options)))) {
      photos.push(known);
      continue;
    }
    if (uploads === uploadsPerCall) return { state: 'processing', anchor: null, parts: photos, unfinished: true };
    uploads += 1;
    photos.push(await uploadUnpublished(graph, page, image, nowMs, options));
  }
  const [only] = photos;
  return media.length === 1
    ? { state: 'ready', anchor: only ?? null, parts: [] }
    : { state: 'ready', anchor: null, parts: photos };
}

function photosOf(earlier: Prepared | null): readonly MediaAnchor[] {
  if (earlier === null || earlier.state === 'refused') return [];
  const made = earlier.anchor === null ? earlier.parts : [earlier.anchor];
  return made.filter(({ kind }) => kind === 'photo');
}

const nothingToPrepare: Prepared = { state: 'ready', anchor: null, parts: [] };

const refusedMedia: Prepared = {
  state: 'refused',
  anchor: null,
  parts: [],
  refusal: { code: 'media_refused', providerCode: null },
};
