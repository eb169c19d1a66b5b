// Times as the configuration writes them (`90s`, `5m`, `off`) and as people do (`90 s`, `5 min`, `desligado`). Pure.

const PART = /^(\d+)\s*(ms|s|m|min|h)$/;
/** In either language. */
const OFF = ['off', 'desligado', 'nunca', 'never'];

export function writeSpan(said: string, off: string): string {
  if (said === 'off') return off;
  const part = PART.exec(said);
  return part ? `${part[1]} ${part[2] === 'm' ? 'min' : part[2]}` : said;
}

/** What cannot be understood stays as it is: the daemon says what is wrong with it. */
export function readSpan(typed: string): string {
  const text = typed.trim().toLowerCase();
  if (OFF.includes(text)) return 'off';
  const part = PART.exec(text);
  return part ? `${Number(part[1])}${part[2] === 'min' ? 'm' : part[2]}` : typed.trim();
}
