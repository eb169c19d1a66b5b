// Pictures for the documentation: a screen has few colours, so 256 of them and a palette say it all in a third of the bytes.

import { readFileSync, writeFileSync } from 'node:fs';
import { deflateSync, inflateSync } from 'node:zlib';

/** Writes a picture of Chromium's (8 bits, RGB or RGBA, not interlaced) anew, with a palette. */
export function shrink(path) {
  const { width, height, pixels } = read(readFileSync(path));
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([colour]) => colour);
  const places = new Map(palette.map((colour, i) => [colour, i]));
  const rows = Buffer.alloc((width + 1) * height);
  pixels.forEach((pixel, i) => {
    if (!places.has(pixel)) places.set(pixel, nearest(palette, pixel));
    rows[i + Math.floor(i / width) + 1] = places.get(pixel);
  });
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const chunks = [chunk('IHDR', head), chunk('PLTE', colours), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))];
  writeFileSync(path, Buffer.concat([SIGNATURE, ...chunks]));
}

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

function chunk(name, data) {
  const whole = Buffer.alloc(data.length + 12);
  whole.writeUInt32BE(data.length, 0);
  whole.write(name, 4, 'latin1');
  data.copy(whole, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, data.length + 8)), data.length + 8);
  return whole;
}

/** Of ISO 3309, as PNG §5.5 says; Node 18 has none. */
function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ -1) >>> 0;
}

function read(file) {
  const width = file.readUInt32BE(16);
  const height = file.readUInt32BE(20);
  const bytes = file[25] === 6 ? 4 : 3;
  const parts = [];
  for (let at = 8; at < file.length; at += file.readUInt32BE(at) + 12) {
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)));
  }
  const raw = inflateSync(Buffer.concat(parts));
  const pixels = new Uint32Array(width * height);
  const line = width * bytes;
  let before = Buffer.alloc(line);
  for (let y = 0; y < height; y += 1) {
    const row = raw.subarray(y * (line + 1) + 1, (y + 1) * (line + 1));
    unfilter(raw[y * (line + 1)], row, before, bytes);
    for (let x = 0; x < width; x += 1) pixels[y * width + x] = (row[x * bytes] << 16) | (row[x * bytes + 1] << 8) | row[x * bytes + 2];
    before = row;
  }
  return { width, height, pixels };
}

/** PNG §9.2. */
function unfilter(filter, row, before, bytes) {
  for (let i = 0; i < row.length; i += 1) {
    const a = i >= bytes ? row[i - bytes] : 0;
    const b = before[i];
    const c = i >= bytes ? before[i - bytes] : 0;
    row[i] += [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter];
  }
}

function paeth(a, b, c) {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

function nearest(palette, pixel) {
  const far = (colour) => ((colour >> 16) - (pixel >> 16)) ** 2 + (((colour >> 8) & 255) - ((pixel >> 8) & 255)) ** 2 + ((colour & 255) - (pixel & 255)) ** 2;
  return palette.reduce((best, colour, i) => (far(colour) < far(palette[best]) ? i : best), 0);
}
