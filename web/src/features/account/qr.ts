import encodeQR from 'qr';

/** The dark and light places of a QR code, row by row, with the white margin that it needs. Made here: the secret in it goes nowhere. */
export const square = (text: string): boolean[][] => encodeQR(text, 'raw', { border: 4 });

/** The dark places as one path, a unit wide each. */
export function outline(dark: boolean[][]): string {
  return dark.flatMap((row, y) => row.flatMap((is, x) => (is ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
}
