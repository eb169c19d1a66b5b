// A CSV file in parts that the daemon takes: whole records, each part with the names of the columns. Quotes may hold line breaks.

export interface Part {
  csv: string;
  /** Lines of the file before the records of this part, the names of the columns aside. */
  linesBefore: number;
}

/** Bytes of a part; the daemon takes 256 kB with all that is around it. */
const MOST = 150_000;

export function parts(text: string, most: number = MOST): Part[] {
  const [names = '', ...rest] = records(text.replace(/^\ufeff/, ''));
  const found: Part[] = [];
  let [body, bytes, begun, line] = ['', 0, 0, 0];
  const size = new TextEncoder();
  for (const record of rest) {
    const own = size.encode(record).length;
    if (bytes > 0 && bytes + own > most) {
      found.push({ csv: names + body, linesBefore: begun });
      [body, bytes, begun] = ['', 0, line];
    }
    body += record;
    bytes += own;
    line += record.split('\n').length - 1;
  }
  found.push({ csv: names + body, linesBefore: begun });
  return found;
}

/** Each with its line break. */
function records(text: string): string[] {
  const found: string[] = [];
  let [begun, quoted] = [0, false];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') quoted = !quoted;
    else if (text[i] === '\n' && !quoted) {
      found.push(text.slice(begun, i + 1));
      begun = i + 1;
    }
  }
  if (begun < text.length) found.push(text.slice(begun) + '\n');
  return found;
}
