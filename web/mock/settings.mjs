// What the configuration says, and the sounds there are.

const generic = {
  hold: 'local', hold_music: 'music', hold_class: 'music', hold_without_consent: 'music', hold_alert: '3m', record: 'never', recording_notice: null, show_listeners: false, dtmf: 'rfc4733',
  codecs: ['pcma', 'pcmu', 'g722', 'opus'], session_timer: '30m', session_timer_min: '90s', session_timer_refresher: 'any', prack: 'supported', busy_status: 486, no_answer_status: 480,
  reject_status: 603, do_not_disturb_status: 480, ring_timeout: '2m', nat: false, refer: true, keep_alive: '25s',
};
const section = (name, place, administered, usual, said = {}) => ({
  section: name, place, administered, keys: Object.fromEntries(Object.entries(usual).map(([key, value]) => [key, { value: key in said ? said[key] : value, usual: value }])),
});
const profile = (name, more = {}, place = null, administered = true, said = {}, base = name) => section(`profile.${name}`, place, administered, { base, ...generic, ...more }, said);

export const sections = [
  profile('3cx', { refer: true, prack: 'off' }),
  profile('asterisk', { reject_status: 486 }, 'administered.toml:4', true, { hold_alert: '2m', record: 'always', recording_notice: 'gravacao' }),
  profile('freepbx', { reject_status: 486 }),
  profile('freeswitch'),
  profile('generic'),
  profile('intelbras', { prack: 'off' }),
  profile('issabel', { reject_status: 486 }),
  profile('kamailio', {}, '/etc/ramal/ramal.toml:31', false, { nat: true }),
  profile('matriz', { reject_status: 486 }, 'administered.toml:12', true, { codecs: ['g722', 'pcma'], nat: true }, 'asterisk'),
  section('alerts', 'administered.toml:1', true, { least_free_mb: 2000, nobody_after: '2m' }, { nobody_after: '5m' }),
];

const names = ['aguarde', 'beep', 'busy', 'canais-ocupados', 'congestion', 'encerrada', 'gravacao', 'music', 'nao-atende', 'numero-inexistente', 'ringback'];
const seconds = { aguarde: 5.5, beep: 0.4, 'canais-ocupados': 6.9, encerrada: 3.4, gravacao: 2.4, music: 30, 'nao-atende': 4.9, 'numero-inexistente': 6.4, ringback: 5, congestion: 2, busy: 0.5 };
export const sounds = [
  ...names.map((sound) => ({ sound, from: sound === 'music' ? 'desktop' : 'program', replaces: sound === 'music', seconds: sound === 'music' ? 94 : seconds[sound] })),
  { sound: 'faturas', from: 'desktop', replaces: false, seconds: 61 },
  { sound: 'institucional', from: 'folder', replaces: false, seconds: 128 },
].sort((a, b) => (a.sound < b.sound ? -1 : 1));
