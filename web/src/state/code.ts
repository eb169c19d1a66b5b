// A QR code as one path: drawn here, told to nobody.

import { encode } from 'uqr';

export interface QrCode {
  /** Modules a side, the quiet zone among them. */
  size: number;
  path: string;
}

/** One square of 1 for each dark module. */
export function qrCode(text: string): QrCode {
  const { size, data } = encode(text, { border: 4 });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return { size, path };
}
