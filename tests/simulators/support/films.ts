import { BufferTarget, EncodedPacket, EncodedVideoPacketSource, Mp4OutputFormat, Output } from 'mediabunny';

/** An MP4 of the given length that any reader takes for H.264, though nothing in it could be shown. */
export async function film({
  durationMs = 4_000,
  widthPx = 1_080,
  heightPx = 1_920,
  framesPerSecond = 1,
}: { durationMs?: number; widthPx?: number; heightPx?: number; framesPerSecond?: number } = {}): Promise<Buffer> {
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'in-memory' }), target });
  const source = new EncodedVideoPacketSource('avc');
  output.addVideoTrack(source, { frameRate: framesPerSecond });
  await output.start();
  const decoderConfig = {
    codec: 'avc1.42001f',
    codedWidth: widthPx,
    codedHeight: heightPx,
    description: avcConfiguration,
  };
  const frameS = 1 / framesPerSecond;
  for (let frame = 0; frame * frameS * 1_000 < durationMs; frame += 1) {
    const lengthS = Math.min(frameS, durationMs / 1_000 - frame * frameS);
    const content = new Uint8Array([0, 0, 0, 2, 0x65, frame % 256]);
    const packet = new EncodedPacket(content, 'key', frame * frameS, lengthS);
    await source.add(packet, { decoderConfig });
  }
  await output.finalize();
  if (target.buffer === null) throw new Error('nothing was written');
  return Buffer.from(target.buffer);
}

/** Baseline profile, level 3.1, with a sequence and a picture parameter set of one byte each. */
const avcConfiguration = new Uint8Array([1, 0x42, 0, 0x1f, 0xff, 0xe1, 0, 1, 0x67, 1, 0, 1, 0x68]);
