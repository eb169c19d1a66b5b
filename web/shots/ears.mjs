// Pages whose sound is listened to, and who signs in at them.

import { Person } from './browser.mjs';

export const PASSWORD = 'cavalo correto';
/** Voices, in Hz: the customer's, and what the person at the microphone says. */
export const CUSTOMER = 440;
export const PERSON = 1000;

/** Runs in the page before its own code: listens to what each connection brings. `heard` is when each tone was there first and last. */
function ears(tones) {
  window.heard = Object.fromEntries(tones.map((tone) => [tone, { first: null, last: null }]));
  const Peer = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Peer {
    constructor(...given) {
      super(...given);
      this.addEventListener('track', (event) => listen(event.track));
    }
  };
  function listen(track) {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 4096;
    analyser.smoothingTimeConstant = 0;
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const bins = new Float32Array(analyser.frequencyBinCount);
    const timer = setInterval(() => {
      if (track.readyState === 'ended') return clearInterval(timer);
      analyser.getFloatFrequencyData(bins);
      for (const tone of tones) {
        if (bins[Math.round((tone * analyser.fftSize) / context.sampleRate)] < -50) continue;
        window.heard[tone].first ??= performance.now();
        window.heard[tone].last = performance.now();
      }
    }, 20);
  }
}

/** With ears, and with its session. */
export async function tab(context, errors) {
  const page = await context.newPage();
  await page.evaluateOnNewDocument(ears, [CUSTOMER, PERSON]);
  return new Person(page, errors);
}

export const hears = (p, hertz = CUSTOMER) => p.until(`${hertz} Hz`, (tone) => window.heard[tone].last !== null && performance.now() - window.heard[tone].last < 200, hertz);
export const hearsNo = (p, hertz = CUSTOMER) => p.until(`no ${hertz} Hz`, (tone) => window.heard[tone].last === null || performance.now() - window.heard[tone].last > 1000, hertz);

export async function signIn(p, login) {
  await p.fill('Usuário', login);
  await p.fill('Senha', PASSWORD);
  await p.page.keyboard.press('Enter');
}
