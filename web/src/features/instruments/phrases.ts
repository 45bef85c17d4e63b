type Values = Record<'a' | 'b' | 'c' | 'd' | 'e', string>;
type Phrase = (values: Values, options?: { locale?: 'en' }) => string;

const marks: Values = { a: '\u0001a', b: '\u0001b', c: '\u0001c', d: '\u0001d', e: '\u0001e' };

/** The sentence with its values as groups of their names. */
const pattern = (sentence: string) => new RegExp(`^${sentence.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replace(/\u0001(\w)/g, '(?<$1>.*?)')}$`, 's');

/**
 * Turns an English sentence of the server or of a file into our own, in the language of the reader, with the values that
 * stood in it; null where it is none of these. Each phrase is found by its English words; where those are other than the
 * sentence that comes, that one stands before it, with {a} to {e} in the place of values.
 */
export function phrases(known: (Phrase | [string, Phrase])[]): (sentence: string) => string | null {
  let rows: [RegExp, Phrase][] | null = null;
  return (sentence) => {
    rows ??= known.map((one) =>
      typeof one === 'function' ? [pattern(one(marks, { locale: 'en' })), one] : [pattern(one[0].replace(/\{(\w)\}/g, '\u0001$1')), one[1]]
    );
    for (const [form, say] of rows) {
      const found = form.exec(sentence);
      if (found) return say({ ...marks, ...found.groups });
    }
    return null;
  };
}
