// Numbers, times, Protocolos as people write them in Brazil.

const THIN = '\u2009';

/** A telephone number for reading: `+5519907452310` gives `(19) 90745-2310`; what is no Brazilian number stays as it is. */
export function phone(number: string): string {
  const digits = number.replace(/^\+?55(?=\d{10,11}$)/, '');
  if (/^0[3589]00\d{6,7}$/.test(digits)) return `${digits.slice(0, 4)} ${digits.slice(4, 7)} ${digits.slice(7)}`;
  if (/^[1-9]\d{10}$/.test(digits)) return `(${digits.slice(0, 2)}) ${digits.slice(2, 7)}-${digits.slice(7)}`;
  if (/^[1-9]\d{9}$/.test(digits)) return `(${digits.slice(0, 2)}) ${digits.slice(2, 6)}-${digits.slice(6)}`;
  return number;
}

/** Up to six digits: a ramal, not an outside number. */
export const isRamal = (number: string): boolean => /^\d{2,6}$/.test(number);

/** What a pasted or typed text dials: digits, `*`, `#` and a leading `+`; null when it cannot be a number. */
export function dialable(text: string): string | null {
  const trimmed = text.trim().replace(/^(tel|sips?|callto):/i, '');
  const user = trimmed.replace(/[@;?].*$/, '');
  if (/[^\d\s()+*#./\-\u00a0\u2009\u2010-\u2015]/.test(user)) return null;
  const plain = user.replace(/[^\d*#+]/g, '');
  return /^\+?[\d*#]{2,24}$/.test(plain) ? plain : null;
}

/** 8-7-1, by thin spaces. */
export function protocolo(text: string): string {
  return /^\d{16}$/.test(text) ? [text.slice(0, 8), text.slice(8, 15), text.slice(15)].join(THIN) : text;
}

/** CPF or CNPJ with its points where the digits are all there. */
export function documento(text: string): string {
  const d = text.replace(/\D/g, '');
  if (d.length === 11) return `${d.slice(0, 3)}.${d.slice(3, 6)}.${d.slice(6, 9)}-${d.slice(9)}`;
  if (d.length === 14) return `${d.slice(0, 2)}.${d.slice(2, 5)}.${d.slice(5, 8)}/${d.slice(8, 12)}-${d.slice(12)}`;
  return text;
}

const two = (n: number): string => String(n).padStart(2, '0');

/** `04:37`, from one hour on `1:04:37`; below zero is zero. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const tail = `${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  return s < 3600 ? tail : `${Math.floor(s / 3600)}:${tail}`;
}

export function clockTime(at: Date, seconds = false): string {
  const hm = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return seconds ? `${hm}:${two(at.getSeconds())}` : hm;
}

const DAYS = { 'pt-BR': ['dom', 'seg', 'ter', 'qua', 'qui', 'sex', 'sáb'], en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] };

/** `ter 24/11` */
export function day(at: Date, language: 'pt-BR' | 'en'): string {
  return `${DAYS[language][at.getDay()]} ${two(at.getDate())}/${two(at.getMonth() + 1)}`;
}

/** The local day as the API and date fields write it: `2026-11-24`. */
export function isoDay(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** A share from 0 to 1: `3,1 %` */
export function percent(share: number, language: 'pt-BR' | 'en', digits = 1): string {
  const text = (share * 100).toFixed(digits).replace(/\.0+$/, '');
  return `${language === 'en' ? text : text.replace('.', ',')}${THIN}%`;
}

/** First letters of the first and the last name. */
export function initials(name: string): string {
  const parts = name.trim().split(/\s+/).filter(Boolean);
  const last = parts.length > 1 ? parts.at(-1)! : '';
  return `${[...(parts[0] ?? '')][0] ?? ''}${[...last][0] ?? ''}`.toUpperCase();
}

export const firstName = (name: string): string => name.trim().split(/\s+/)[0] ?? '';

/** First and last name. */
export function shortName(name: string): string {
  const parts = name.trim().split(/\s+/);
  return parts.length > 2 ? `${parts[0]} ${parts.at(-1)}` : name;
}
