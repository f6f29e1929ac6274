import { selectAltTexts } from '../../db/alt-text.ts';
import { type Destination, selectDestinations } from '../../db/post-destination.ts';
import { mediaIdsOf } from '../../db/post-revision.ts';
import { selectSameTexts } from '../../db/recent-text.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import { effective, type PostContent, type TargetContent } from '../../domain/content.ts';
import { wholeViolations } from '../../domain/content-violations.ts';
import { recentMs } from '../../domain/content-warnings.ts';
import type { ConnectionId, MediaId, PostId, TenantId } from '../../domain/ids.ts';
import type { FileFacts, MediaFacts } from '../../domain/media.ts';
import { type LinkPreview, type Preview, preview } from '../../domain/preview.ts';
import type { MediaPreview } from '../../domain/preview-media.ts';
import { signedMediaUrl } from '../../platform/signed-url.ts';
import { type MediaUrls, urlLifetimeMs } from '../media/media-view.ts';
import { warningSentence } from './content-sentences.ts';
import { knownFacts } from './judge-content.ts';
import { presentViolation } from './present-post.ts';
import type { PreviewsView } from './preview-schemas.ts';

/** What is shown, to whom, and what is known of it already. */
export interface PreviewRequest {
  readonly content: PostContent;
  /** All files that the content names. */
  readonly facts: ReadonlyMap<MediaId, MediaFacts>;
  /** `null`: the content is not saved. */
  readonly post: { readonly id: PostId; readonly revision: number } | null;
  readonly tenantId: TenantId;
  readonly urls: MediaUrls;
  readonly now: Date;
}

type FileView = PreviewsView['previews'][number]['media'][number]['file'];
type Address = (mediaId: MediaId, file: FileFacts) => FileView;

/** How each of the content's networks will show it. */
export async function presentPreviews(trx: TenantTransaction, request: PreviewRequest): Promise<PreviewsView> {
  const { content, facts, post, now } = request;
  const destinations = await selectDestinations(
    trx,
    content.targets.map((target) => target.connectionId),
  );
  const altTexts = await selectAltTexts(trx, mediaIdsOf(content));
  const sameTexts = await sameTextsOf(trx, request);
  const expiresAt = now.getTime() + urlLifetimeMs;
  const mediaOf = (id: MediaId) => ({ facts: knownFacts(facts, id), altText: altTexts.get(id) ?? null });
  const address = addressing(request, expiresAt);
  const foretell = (target: TargetContent) => {
    const page = known(destinations, target.connectionId);
    const postId = sameTexts.get(target.connectionId);
    const sameText = postId === undefined ? null : { postId };
    return presentTarget(page, preview(content, target, { network: page.network, mediaOf, sameText }), address);
  };
  return {
    revision: post?.revision ?? null,
    expiresAt: new Date(expiresAt).toISOString(),
    violations: wholeViolations(content).map(presentViolation),
    previews: content.targets.map(foretell),
  };
}

/** Nobody repeats an empty text by mistake. */
function sameTextsOf(trx: TenantTransaction, { content, post, now }: PreviewRequest) {
  const wanted = content.targets
    .map((target) => ({ connectionId: target.connectionId, text: effective(content, target).text }))
    .filter(({ text }) => text.trim() !== '');
  const since = new Date(now.getTime() - recentMs);
  return selectSameTexts(trx, wanted, { except: post?.id ?? null, since, now });
}

function known(destinations: ReadonlyMap<ConnectionId, Destination>, id: ConnectionId): Destination {
  const destination = destinations.get(id);
  if (destination === undefined) throw new Error('a content names a connection that the tenant does not have');
  return destination;
}

function addressing({ facts, tenantId, urls }: PreviewRequest, expiresAt: number): Address {
  return (mediaId, file) => {
    const { jpeg } = knownFacts(facts, mediaId);
    const url = (kind: 'original' | 'jpeg') => signedMediaUrl(urls, { tenantId, mediaId, kind, expiresAt });
    const rendition = file === jpeg ? 'jpeg' : 'original';
    const hasSize = file.kind !== 'document';
    return {
      rendition,
      url: url(rendition),
      thumbnailUrl: jpeg === null ? null : url('jpeg'),
      mimeType: file.mimeType,
      bytes: file.bytes,
      widthPx: hasSize ? file.widthPx : null,
      heightPx: hasSize ? file.heightPx : null,
      durationMs: file.kind === 'video' ? file.durationMs : null,
      pages: file.kind === 'document' ? file.pages : null,
    };
  };
}

function presentTarget(
  { id, name, network }: Destination,
  shown: Preview,
  address: Address,
): PreviewsView['previews'][number] {
  return {
    connection: { id, name, network },
    format: shown.format,
    text: shown.text,
    segments: [...shown.segments],
    truncatedAt: shown.truncatedAt,
    counts: shown.counts,
    link: presentLink(shown.link, address),
    layout: shown.layout,
    media: shown.media.map((item) => presentMedia(item, address)),
    violations: shown.violations.map(presentViolation),
    warnings: shown.warnings.map((warning) => ({ ...warning, message: warningSentence(warning) })),
  };
}

function presentLink({ card, inText }: LinkPreview, address: Address): PreviewsView['previews'][number]['link'] {
  if (card === null || card.image === null) return { card: card === null ? null : { ...card, image: null }, inText };
  const { mediaId, file, crops } = card.image;
  return { card: { ...card, image: { mediaId, crops: [...crops], ...address(mediaId, file) } }, inText };
}

function presentMedia({ mediaId, file, altText, stilled, crops }: MediaPreview, address: Address) {
  return { mediaId, kind: file.kind, altText, stilled, file: address(mediaId, file), crops: [...crops] };
}
