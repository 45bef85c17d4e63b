/** By which clock ids are made. */
let clock: () => number = Date.now;
let lastMillis = 0;
let lastCounter = 0;

/** This device may believe in any day; `now` answers the server's time, in milliseconds since 1970. */
export function makeIdsBy(now: () => number): void {
  clock = now;
}

/**
 * A UUID version 7 (RFC 9562). The 12 bits after the time count up within one millisecond, so ids
 * made here sort in the order in which they were made, even when the clock is set back.
 */
export function uuid7(now: number = clock()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  if (now > lastMillis) {
    lastMillis = now;
    // Half of the range stays free for counting.
    lastCounter = (((bytes[6] ?? 0) << 8) | (bytes[7] ?? 0)) & 0x7ff;
  } else if (++lastCounter > 0xfff) {
    lastMillis += 1;
    lastCounter = 0;
  }
  let time = lastMillis;
  for (let i = 5; i >= 0; i--) {
    bytes[i] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = 0x70 | (lastCounter >> 8);
  bytes[7] = lastCounter & 0xff;
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
