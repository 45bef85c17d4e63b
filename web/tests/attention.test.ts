import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

describe('whether somebody is at the page', () => {
  const noticed = new Map<string, () => void>();
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('addEventListener', (sign: string, notice: () => void) => noticed.set(sign, notice));
    vi.resetModules();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    noticed.clear();
  });

  it('tells of keys and touches, at most every half minute', async () => {
    const { whenUsed } = await import('../src/shared/attention');
    const tell = vi.fn();
    whenUsed(tell);
    noticed.get('keydown')?.();
    expect(tell).toHaveBeenCalledTimes(0); // the page was just loaded, which was a use
    vi.advanceTimersByTime(30_000);
    for (const sign of ['keydown', 'touchmove', 'click']) noticed.get(sign)?.();
    expect(tell).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(30_000);
    noticed.get('wheel')?.();
    expect(tell).toHaveBeenCalledTimes(2);
  });

  it('knows when nobody is there', async () => {
    const { isUnattended, whenUsed } = await import('../src/shared/attention');
    whenUsed(() => {});
    vi.advanceTimersByTime(60_000);
    expect(isUnattended()).toBe(false);
    vi.advanceTimersByTime(1);
    expect(isUnattended()).toBe(true);
    noticed.get('keydown')?.();
    expect(isUnattended()).toBe(false);
  });
});
