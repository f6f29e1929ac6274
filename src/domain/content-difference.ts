import { effective, type LinkCard, type PostContent, type PostFormat, type TargetContent } from './content.ts';
import type { ConnectionId, MediaId } from './ids.ts';

/** How one revision of a post became another; what is null or empty stayed as it was. Time is no part of a content. */
export interface ContentDifference {
  readonly text: TextChange | null;
  readonly media: MediaChange | null;
  readonly link: Change<LinkCard | null> | null;
  readonly targets: {
    readonly added: readonly ConnectionId[];
    readonly removed: readonly ConnectionId[];
    readonly changed: readonly TargetChange[];
  };
}

export interface Change<T> {
  readonly from: T;
  readonly to: T;
}

export type TextChange = Change<string>;

export interface MediaChange {
  readonly added: readonly MediaId[];
  readonly removed: readonly MediaId[];
  /** Whether those in both come in another order. */
  readonly reordered: boolean;
}

/** What changed in a target's own variant: where it has none, the post's own text and media are seen instead. */
export interface TargetChange {
  readonly connectionId: ConnectionId;
  /** Of what its readers see, if either revision has a text of its own there. */
  readonly text: TextChange | null;
  readonly media: MediaChange | null;
  readonly format: Change<PostFormat> | null;
}

export function contentDifference(from: PostContent, to: PostContent): ContentDifference {
  const before = new Map(from.targets.map((target) => [target.connectionId, target]));
  const after = new Set(to.targets.map((target) => target.connectionId));
  return {
    text: changeOf(from.text, to.text),
    media: mediaChange(from.mediaIds, to.mediaIds),
    link: sameLink(from.link, to.link) ? null : { from: from.link, to: to.link },
    targets: {
      added: to.targets.map(({ connectionId }) => connectionId).filter((id) => !before.has(id)),
      removed: from.targets.map(({ connectionId }) => connectionId).filter((id) => !after.has(id)),
      changed: to.targets.flatMap((target) => {
        const earlier = before.get(target.connectionId);
        return earlier === undefined ? [] : targetChange({ from, to }, earlier, target);
      }),
    },
  };
}

function targetChange(
  { from, to }: Change<PostContent>,
  earlier: TargetContent,
  later: TargetContent,
): readonly TargetChange[] {
  const [seen, sees] = [effective(from, earlier), effective(to, later)];
  const change = {
    connectionId: later.connectionId,
    text: earlier.text === null && later.text === null ? null : changeOf(seen.text, sees.text),
    media: earlier.mediaIds === null && later.mediaIds === null ? null : mediaChange(seen.mediaIds, sees.mediaIds),
    format: changeOf(earlier.format, later.format),
  };
  return change.text === null && change.media === null && change.format === null ? [] : [change];
}

function changeOf<T>(from: T, to: T): Change<T> | null {
  return from === to ? null : { from, to };
}

function mediaChange(from: readonly MediaId[], to: readonly MediaId[]): MediaChange | null {
  const added = to.filter((id) => !from.includes(id));
  const removed = from.filter((id) => !to.includes(id));
  const kept = from.filter((id) => to.includes(id));
  const reordered = to.filter((id) => from.includes(id)).some((id, index) => id !== kept[index]);
  return added.length + removed.length > 0 || reordered ? { added, removed, reordered } : null;
}

function sameLink(a: LinkCard | null, b: LinkCard | null): boolean {
  if (a === null || b === null) return a === b;
  return a.url === b.url && a.title === b.title && a.description === b.description && a.mediaId === b.mediaId;
}
