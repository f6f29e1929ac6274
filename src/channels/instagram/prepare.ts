import type { MediaAnchor, PublishRefusal } from '../../domain/publication.ts';
import type { CallOptions, PageAccess, Prepared, PublishableContent } from '../channel.ts';
import type { Graph } from '../meta/graph.ts';
import {
  type Container,
  isWorthRemaking,
  judge,
  makeCarousel,
  makeChild,
  makeContainer,
  readContainer,
} from './container.ts';

interface Preparation {
  readonly content: PublishableContent;
  readonly earlier: Prepared | null;
  readonly nowMs: number;
}

/** So many containers in one call: what is made is kept before the next ones begin. */
const containersPerCall = 5;

/** Makes the container that will be published; for several files first one for each, its children. */
export async function prepareContainers(
  graph: Graph,
  page: PageAccess,
  preparation: Preparation,
  options: CallOptions | undefined,
): Promise<Prepared> {
  const { media, text, format } = preparation.content;
  const { nowMs } = preparation;
  const [first, ...others] = media;
  const isReel = first?.kind === 'video' && others.length === 0;
  if (first === undefined || media.some(({ kind }) => kind === 'document') || (format === 'reel' && !isReel)) {
    return refusedMedia;
  }
  const standing = await standingContainer(graph, page, preparation, options);
  if (standing !== null) return standing;
  if (others.length > 0) return prepareCarousel(graph, page, preparation, options);
  const anchor = await makeContainer(graph, page, { file: first, text, madeAt: nowMs }, options);
  const container = await readContainer(graph, page, anchor.id, options);
  return container === null ? { state: 'processing', anchor, parts: [] } : asPrepared(container, anchor, []);
}

/** Asks how far Instagram is, with the children first and then with what holds them. */
export async function checkContainers(
  graph: Graph,
  page: PageAccess,
  prepared: Prepared,
  options: CallOptions | undefined,
): Promise<Prepared> {
  if (prepared.state !== 'processing' || prepared.unfinished === true) return prepared;
  const { anchor, parts } = prepared;
  if (anchor !== null) {
    return asPrepared((await readContainer(graph, page, anchor.id, options)) ?? lostContainer, anchor, parts);
  }
  const children: Container[] = [];
  for (const { id } of parts) children.push((await readContainer(graph, page, id, options)) ?? lostContainer);
  const judged = children.map(judge);
  const refusal = judged.find((each): each is PublishRefusal => typeof each === 'object');
  if (refusal !== undefined) return { state: 'refused', anchor, parts, refusal };
  // Once all children are ready, `prepare` puts them together.
  const isReady = judged.every((each) => each === 'ready');
  return { state: 'processing', anchor, parts, ...(isReady ? { unfinished: true } : {}) };
}

/** What an earlier `prepare` left to be published, if it still can be, or has been. */
async function standingContainer(
  graph: Graph,
  page: PageAccess,
  { earlier, nowMs }: Preparation,
  options: CallOptions | undefined,
): Promise<Prepared | null> {
  // Whoever asks again after a refusal wants a new try.
  const anchor = earlier === null || earlier.state === 'refused' ? null : earlier.anchor;
  if (anchor === null || earlier === null) return null;
  const container = await readContainer(graph, page, anchor.id, options);
  if (container === null || isWorthRemaking(container)) return null;
  // One that has been published is never replaced, however old: a second one would be a second post.
  const isOld = container.state !== 'PUBLISHED' && nowMs - anchor.madeAt >= containerLifetimeMs;
  return isOld ? null : asPrepared(container, anchor, earlier.parts);
}

async function prepareCarousel(
  graph: Graph,
  page: PageAccess,
  preparation: Preparation,
  options: CallOptions | undefined,
): Promise<Prepared> {
  const { content, nowMs } = preparation;
  const { children, isComplete, areReady } = await madeChildren(graph, page, preparation, options);
  if (!isComplete) return { state: 'processing', anchor: null, parts: children, unfinished: true };
  if (!areReady) return { state: 'processing', anchor: null, parts: children };
  const anchor = await makeCarousel(graph, page, { children, text: content.text, madeAt: nowMs }, options);
  const container = await readContainer(graph, page, anchor.id, options);
  return container === null
    ? { state: 'processing', anchor, parts: children }
    : asPrepared(container, anchor, children);
}

interface Children {
  readonly children: readonly MediaAnchor[];
  readonly isComplete: boolean;
  readonly areReady: boolean;
}

/** Keeps the children that Instagram still has in order, and makes the others, a few in one call. */
async function madeChildren(
  graph: Graph,
  page: PageAccess,
  { content: { media }, earlier, nowMs }: Preparation,
  options: CallOptions | undefined,
): Promise<Children> {
  const kept = earlier === null || earlier.state === 'refused' ? [] : earlier.parts;
  const children: MediaAnchor[] = [];
  let made = 0;
  let areReady = true;
  for (const [index, file] of media.entries()) {
    const known = await usableChild(graph, page, { child: kept[index] ?? null, nowMs }, options);
    if (known === null && made === containersPerCall) return { children, isComplete: false, areReady: false };
    if (known === null) made += 1;
    children.push(known?.child ?? (await makeChild(graph, page, { file, madeAt: nowMs }, options)));
    areReady = areReady && known?.isReady === true;
  }
  return { children, isComplete: true, areReady };
}

async function usableChild(
  graph: Graph,
  page: PageAccess,
  { child, nowMs }: { child: MediaAnchor | null; nowMs: number },
  options: CallOptions | undefined,
): Promise<{ readonly child: MediaAnchor; readonly isReady: boolean } | null> {
  if (child === null || nowMs - child.madeAt >= containerLifetimeMs) return null;
  const container = await readContainer(graph, page, child.id, options);
  if (container === null || isWorthRemaking(container)) return null;
  // One that is refused for good is told by the next question.
  return { child, isReady: judge(container) === 'ready' };
}

function asPrepared(container: Container, anchor: MediaAnchor, parts: readonly MediaAnchor[]): Prepared {
  const judged = judge(container);
  return typeof judged === 'string'
    ? { state: judged, anchor, parts }
    : { state: 'refused', anchor, parts, refusal: judged };
}

/** Instagram forgets containers after 24 hours; one this old is made anew. */
const containerLifetimeMs = 20 * 60 * 60_000;

const lostContainer: Container = { state: 'EXPIRED', failureCode: null };

const refusedMedia: Prepared = {
  state: 'refused',
  anchor: null,
  parts: [],
  refusal: { code: 'media_refused', providerCode: null },
};
