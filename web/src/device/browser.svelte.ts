// The headset as the page shows it: which devices there are, which are chosen, how loud it is on both sides. Wires Headset to the browser.

import { ask } from '../api/http';
import { desk } from '../state/desk.svelte';
import { ringer } from '../tocando/bell.svelte';
import { Headset, type HeadsetState, type HeadsetWorld } from './headset';

const KEPT = 'ramal.sound';
type Way = 'input' | 'output' | 'ring';
type Chosen = Record<Way, string>;
/** The meter moves so often, in ms. */
const METER = 100;

class BrowserHeadset {
  state = $state<HeadsetState>('off');
  devices = $state<MediaDeviceInfo[]>([]);
  chosen = $state<Chosen>(remembered());
  saidLevel = $state(0);
  /** Of what comes from the daemon: the customer, or everybody in a conference. */
  heardLevel = $state(0);
  inputName = $state('');
  readonly canChooseOutput = typeof HTMLMediaElement !== 'undefined' && 'setSinkId' in HTMLMediaElement.prototype;

  private readonly speaker = new Audio();
  private meter: (() => void) | null = null;
  private farMeter: (() => void) | null = null;
  private readonly headset = new Headset(world((sound) => this.play(sound)), (state, microphone) => this.turn(state, microphone));

  constructor() {
    this.speaker.autoplay = true;
    navigator.mediaDevices?.addEventListener('devicechange', () => void this.look().then(() => this.changed()));
    void onPermission(() => this.changed());
    this.apply();
  }

  /** Keeps the connection while the agent's device is the browser; made for `$effect`. */
  follow(): void {
    const wanted = desk.agent?.device === 'browser' && desk.agent.state.kind !== 'offline';
    if (wanted) this.headset.want();
    else if (desk.agent !== null) this.headset.leave();
  }

  leave(): void {
    this.headset.leave();
  }

  take(): void {
    this.headset.take();
  }

  choose(way: Way, id: string): void {
    this.chosen[way] = id;
    localStorage.setItem(KEPT, JSON.stringify(this.chosen));
    if (way === 'input') void this.headset.useInput(id);
    else this.apply();
  }

  tryRing(): void {
    void ringer.once();
  }

  private apply(): void {
    if (this.canChooseOutput) void this.speaker.setSinkId(this.chosen.output).catch(() => {});
    void ringer.useSink(this.chosen.ring);
    void this.headset.useInput(this.chosen.input);
  }

  private turn(state: HeadsetState, microphone: MediaStream | null): void {
    this.state = state;
    this.meter?.();
    this.meter = null;
    this.saidLevel = 0;
    this.inputName = microphone?.getAudioTracks()[0]?.label ?? '';
    // Without a microphone the far end is heard all the same.
    if (state === 'off' || state === 'connecting' || state === 'taken') this.stopFarMeter();
    if (microphone) this.meter = measure(microphone, (level) => (this.saidLevel = level));
    if (state !== 'off') void this.look();
  }

  private changed(): void {
    this.headset.devicesChanged(this.devices.filter((d) => d.kind === 'audioinput').map((d) => d.deviceId));
  }

  private play(sound: MediaStream): void {
    this.speaker.srcObject = sound;
    void this.speaker.play().catch(() => {});
    this.stopFarMeter();
    this.farMeter = measure(sound, (level) => (this.heardLevel = level));
  }

  private stopFarMeter(): void {
    this.farMeter?.();
    this.farMeter = null;
    this.heardLevel = 0;
  }

  private async look(): Promise<void> {
    this.devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  }
}

/** Calls back when the person allows or forbids the microphone; browsers that cannot tell do not. */
async function onPermission(what: () => void): Promise<void> {
  const asked = navigator.permissions?.query({ name: 'microphone' as PermissionName });
  (await asked?.catch(() => undefined))?.addEventListener('change', what);
}

/** Held by the tab that has the sound: other tabs of this browser wait for it. */
const LOCK = 'ramal.sound';

function world(play: HeadsetWorld['play']): HeadsetWorld {
  let release = () => {};
  return {
    hold: (on) => {
      release();
      release = () => {};
      if (!on) return;
      const held = new Promise<void>((done) => (release = done));
      // Whoever took the sound takes the lock as well; then there is nothing to release.
      void navigator.locks?.request(LOCK, { steal: true }, () => held).catch(() => {});
    },
    whenFree: (what) => {
      const asked = navigator.locks?.request(LOCK, { ifAvailable: true }, (lock) => lock === null);
      void asked?.then((isHeld) => (isHeld ? navigator.locks.request(LOCK, () => what()) : undefined)).catch(() => {});
    },
    secure: isSecureContext && navigator.mediaDevices !== undefined,
    openMicrophone,
    newPeer: () => new RTCPeerConnection({ iceServers: [] }),
    exchange: async (sdp, take) => (await ask<{ sdp: string }>('POST', '/agent/browser', take ? { sdp, take } : { sdp })).sdp,
    play,
    later: (what, ms) => {
      const timer = setTimeout(what, ms);
      return () => clearTimeout(timer);
    },
  };
}

/** The chosen microphone; the system's where that one is not there. A mere wish (`ideal`) Chromium does not follow. */
async function openMicrophone(id: string): Promise<MediaStream> {
  const open = (device: MediaTrackConstraints) =>
    navigator.mediaDevices.getUserMedia({ audio: { ...device, echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 } });
  if (id === '') return open({});
  return open({ deviceId: { exact: id } }).catch((why: { name?: string }) => {
    if (why.name === 'OverconstrainedError' || why.name === 'NotFoundError') return open({});
    throw why;
  });
}

/** Tells the level, root of the mean square from 0 to 1, until the answer is called. */
function measure(stream: MediaStream, tell: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    tell(Math.sqrt(samples.reduce((sum, s) => sum + s * s, 0) / samples.length));
  }, METER);
  return () => {
    clearInterval(timer);
    void context.close().catch(() => {});
  };
}

function remembered(): Chosen {
  const nothing: Chosen = { input: '', output: '', ring: '' };
  try {
    return { ...nothing, ...(JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<Chosen>) };
  } catch {
    return nothing;
  }
}

export const headset = new BrowserHeadset();
