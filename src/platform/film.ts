import { CustomSource, EncodedPacketSink, Input, type InputTrack, MP4, QTFF, WEBM } from 'mediabunny';
import type { RangedFile } from './inspect.ts';

export const filmTypes = ['video/mp4', 'video/quicktime', 'video/webm'] as const;

export interface Film {
  /** As a viewer sees it: after the rotation that the file asks for. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly durationMs: number;
  readonly videoCodec: string;
  readonly audioCodec: string | null;
  readonly framesPerSecond: number | null;
}

export type FilmRefusal = { readonly code: 'unreadable' } | { readonly code: 'no_picture' };
export type ReadFilm =
  | { readonly ok: true; readonly film: Film }
  | { readonly ok: false; readonly refusal: FilmRefusal };

/** Of how many frames the rate is the mean. */
const framesForRate = 256;

/**
 * Reads what a film says of itself, and the last frame and sound that it promises, so that one that is cut off is found
 * here and not at a network. Nothing is decoded. Reads only the parts of the file that it needs.
 */
export async function readFilm(file: RangedFile): Promise<ReadFilm> {
  using input = new Input({
    formats: [MP4, QTFF, WEBM],
    source: new CustomSource({
      getSize: () => file.bytes,
      read: (start, end) => file.read({ start, end }),
      prefetchProfile: 'fileSystem',
    }),
  });
  const video = await input.getPrimaryVideoTrack();
  if (video === null) return { ok: false, refusal: { code: 'no_picture' } };
  const audio = await input.getPrimaryAudioTrack();
  const durationS = await input.computeDuration();
  const whole = (await isWhole(video)) && (audio === null || (await isWhole(audio)));
  const [widthPx, heightPx] = [await video.getDisplayWidth(), await video.getDisplayHeight()];
  if (!whole || durationS <= 0 || widthPx <= 0 || heightPx <= 0) return { ok: false, refusal: { code: 'unreadable' } };
  const { averagePacketRate } = await video.computePacketStats(framesForRate);
  return {
    ok: true,
    film: {
      widthPx,
      heightPx,
      durationMs: Math.round(durationS * 1_000),
      videoCodec: (await video.getCodec()) ?? 'unknown',
      audioCodec: audio === null ? null : ((await audio.getCodec()) ?? 'unknown'),
      framesPerSecond: averagePacketRate > 0 ? Math.round(averagePacketRate * 1_000) / 1_000 : null,
    },
  };
}

/** Whether the last packet that the file promises is there, with all of its bytes. */
async function isWhole(track: InputTrack): Promise<boolean> {
  const last = await new EncodedPacketSink(track).getPacket(Number.POSITIVE_INFINITY);
  return last !== null && last.data.byteLength > 0;
}
