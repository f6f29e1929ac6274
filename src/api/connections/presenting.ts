import type { TenantId } from '../../domain/ids.ts';
import { speakerFor, type Speaker } from '../../messages/speaker.ts';
import { signedPictureUrl } from '../../platform/signed-url.ts';
import { type MediaUrls, urlLifetimeMs } from '../media/media-view.ts';
import type { Caller } from '../route-context.ts';

/** To whom connections are shown, and from where their pictures are fetched. */
export interface Presenting {
  readonly tenantId: TenantId;
  readonly speaker: Speaker;
  readonly urls: MediaUrls;
  readonly now: Date;
}

export function presentingTo(
  { caller, now }: { caller: Pick<Caller, 'tenantId' | 'locale' | 'timeZone'>; now: Date },
  urls: MediaUrls,
): Presenting {
  return { tenantId: caller.tenantId, speaker: speakerFor([caller.locale], caller.timeZone), urls, now };
}

/** The signed address of a picture that we keep. */
export function pictureAddress({ tenantId, urls, now }: Presenting, sha256: string | null) {
  if (sha256 === null) return null;
  const expiresAt = now.getTime() + urlLifetimeMs;
  return {
    url: signedPictureUrl(urls, { tenantId, sha256, expiresAt }),
    expiresAt: new Date(expiresAt).toISOString(),
  };
}
