import { expect, test } from 'vitest';
import decodeQR from 'qr/decode.js';
import { outline, square } from '../src/features/account/qr';

const uri = 'otpauth://totp/Rapport%20Lindenhof?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Rapport%20Lindenhof';

test('the square that is drawn is read as what was put into it', () => {
  const dark = square(uri);
  const scale = 4;
  const side = dark.length * scale;
  const data = new Uint8Array(side * side * 4).fill(255);
  for (const [, x, y] of outline(dark).matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let dy = 0; dy < scale; dy += 1)
      for (let dx = 0; dx < scale; dx += 1) {
        const at = ((Number(y) * scale + dy) * side + Number(x) * scale + dx) * 4;
        data.fill(0, at, at + 3);
      }
  }
  expect(decodeQR({ width: side, height: side, data })).toBe(uri);
});
