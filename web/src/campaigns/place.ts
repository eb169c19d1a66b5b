// Where a Brazilian number is, by its DDD: the state, and the clock there where the prefix leaves only one (Anatel's plan of
// numbering; IANA's zones). Pure.

const STATES: Record<string, string> = {
  SP: '11 12 13 14 15 16 17 18 19', RJ: '21 22 24', ES: '27 28', MG: '31 32 33 34 35 37 38', PR: '41 42 43 44 45 46', SC: '47 48 49', RS: '51 53 54 55', DF: '61', GO: '62 64', TO: '63', MT: '65 66',
  MS: '67', AC: '68', RO: '69', BA: '71 73 74 75 77', SE: '79', PE: '81 87', AL: '82', PB: '83', RN: '84', CE: '85 88', PI: '86 89', PA: '91 93 94', AM: '92 97', RR: '95', AP: '96', MA: '98 99',
};
/** Other clocks than Brasília's. */
const ZONES: Record<string, string> = { AC: 'America/Rio_Branco', AM: 'America/Manaus', MS: 'America/Campo_Grande', MT: 'America/Cuiaba', RO: 'America/Porto_Velho', RR: 'America/Boa_Vista' };
/** The west of Amazonas has two clocks. */
const TWO_CLOCKS = ['97'];

const OF = new Map(Object.entries(STATES).flatMap(([state, codes]) => codes.split(' ').map((ddd) => [ddd, state] as const)));

export interface Where {
  ddd: string;
  state: string;
  /** Null: the prefix leaves two. */
  zone: string | null;
}

export function whereIs(number: string): Where | null {
  const ddd = /^\+55(\d\d)\d{8,9}$/.exec(number)?.[1];
  const state = ddd === undefined ? undefined : OF.get(ddd);
  if (ddd === undefined || state === undefined) return null;
  return { ddd, state, zone: TWO_CLOCKS.includes(ddd) ? null : ZONES[state] ?? 'America/Sao_Paulo' };
}
