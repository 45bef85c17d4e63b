import { m } from '../../paraglide/messages.js';
import { Problem } from '../../shared/api';
import { prefs } from '../../shared/prefs.svelte';
import { explain } from '../../shared/session.svelte';

/** "1.4 MB", "830 kB" */
export function sizeOf(bytes: number): string {
  const large = bytes >= 999_500;
  const unit = large ? 'megabyte' : 'kilobyte';
  const amount = large ? bytes / 1_000_000 : Math.max(1, bytes / 1000);
  return new Intl.NumberFormat(prefs.locale, { style: 'unit', unit, maximumFractionDigits: large && amount < 10 ? 1 : 0 }).format(amount);
}

/** What is wrong with a file, and what one can do. */
export function explainFile(error: unknown, largest = 0): string {
  const code = error instanceof Problem ? error.code : '';
  if (code === 'attachment.too_large') return largest ? m.file_too_large({ size: sizeOf(largest) }) : m.error_large();
  if (code === 'attachment.empty') return m.file_empty();
  if (code === 'attachment.day_full') return m.file_day_full();
  if (code === 'attachment.infected') return m.file_infected();
  if (code === 'attachment.not_scanned') return m.file_not_scanned();
  if (code === 'media.unknown') return m.file_kind();
  if (code === 'media.video') return m.file_video();
  if (code === 'media.moving') return m.file_moving();
  if (code === 'media.pixels') return m.file_pixels();
  if (code === 'media.broken') return m.file_broken();
  return explain(error);
}
