import { BufferTarget, EncodedPacket, EncodedVideoPacketSource, Mp4OutputFormat, Output } from 'mediabunny';

/** An MP4 of the given length that any reader takes for H.264, though nothing in it could be shown. */
export async function film({
  durationMs = 4_000,
  widthPx = 1_080,
  heightPx = 1_920,
}: { durationMs?: number; widthPx?: number; heightPx?: number } = {}): Promise<Buffer> {
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'in-memory' }), target });
  const source = new EncodedVideoPacketSource('avc');
  output.addVideoTrack(source, { frameRate: 1 });
  await output.start();
  const decoderConfig = {
    codec: 'avc1.42001f',
    codedWidth: widthPx,
    codedHeight: heightPx,
    description: avcConfiguration,
  };
  for (let second = 0; second * 1_000 < durationMs; second += 1) {
    const lengthS = Math.min(1, durationMs / 1_000 - second);
    const packet = new EncodedPacket(new Uint8Array([0, 0, 0, 2, 0x65, second % 256]), 'key', second, lengthS);
    await source.add(packet, { decoderConfig });
  }
  await output.finalize();
  if (target.buffer === null) throw new Error('nothing was written');
  return Buffer.from(target.buffer);
}

/** Baseline profile, level 3.1, with a sequence and a picture parameter set of one byte each. */
const avcConfiguration = new Uint8Array([1, 0x42, 0, 0x1f, 0xff, 0xe1, 0, 1, 0x67, 1, 0, 1, 0x68]);
