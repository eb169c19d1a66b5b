// The browser's own headset: one peer connection per sign-in, bridged by the daemon to whatever call comes. It offers, the daemon answers.
//
//   off --want--> asking --microphone--> connecting --connected--> live
//                   \--refused, none--> denied, no-microphone      \--failed, ended--> connecting, by a new offer
//   live --microphone gone, forbidden--> no-microphone, denied --it is back, another one, allowed--> live: the connection stays
//   live --switched off at the headset or in the system--> silenced --switched on--> live
//   connecting --409 taken, twice--> taken --take, the other tab is gone--> connecting     any --leave--> off
//
// Browser, daemon and time are given, so that tests run it without any of them. The call itself does not live here: when this
// is gone, the daemon keeps the customer.

import { ApiError } from '../api/http';

/** Pauses between offers, in ms; the last one stays. */
const PAUSES = [300, 1_000, 2_000, 4_000];
/** A connection that says `disconnected` often comes back by itself within so long, in ms. */
const PATIENCE = 1_500;
/** Candidates of a LAN are found at once; longer than this the offer does not wait for more, in ms. */
const GATHERING = 800;
/** Not every sound system tells a browser that something was plugged in: without a microphone it looks again, in ms. */
const LOOKING = 2_000;
/** A page that was just reloaded is taken for another one until the daemon misses the old one, in ms. */
const RELOADED = 600;

export type HeadsetState = 'off' | 'asking' | 'connecting' | 'live' | 'silenced' | 'taken' | 'denied' | 'no-microphone' | 'insecure';

export interface HeadsetWorld {
  /** The microphone with that id, or the system's for ''. Fails as `getUserMedia` does. */
  openMicrophone(id: string): Promise<MediaStream>;
  newPeer(): RTCPeerConnection;
  /** Brings the offer to the daemon; the answer is its SDP. */
  exchange(offer: string, take: boolean): Promise<string>;
  play(sound: MediaStream): void;
  /** This page has the sound now; `false`: no more. */
  hold(on: boolean): void;
  /** Calls back once another tab of this browser, which has the sound now, has it no more; never where none has. */
  whenFree(what: () => void): void;
  later(what: () => void, ms: number): () => void;
  readonly secure: boolean;
}

export class Headset {
  private peer: RTCPeerConnection | null = null;
  private stream: MediaStream | null = null;
  private wanted = false;
  private failures = 0;
  /** Grows with each start and end: an answer to an older offer is nobody's. */
  private turn = 0;
  private input = '';
  private takeBack: () => void = () => {};
  private lookNoMore: () => void = () => {};

  constructor(
    private readonly world: HeadsetWorld,
    private readonly onState: (state: HeadsetState, microphone: MediaStream | null) => void,
  ) {}

  want(): void {
    if (this.wanted) return;
    this.wanted = true;
    void this.begin(false);
  }

  leave(): void {
    this.wanted = false;
    this.drop();
    this.lookNoMore();
    this.closeMicrophone();
    this.onState('off', null);
  }

  /** Another tab has the sound; bring it here. */
  take(): void {
    this.wanted = true;
    void this.begin(true);
  }

  /** Talks through another microphone, in mid-call too: the connection stays. */
  async useInput(id: string): Promise<void> {
    this.input = id;
    if (!this.wanted) return;
    if (this.peer === null) return this.begin(false);
    if (!(await this.open(this.turn))) return;
    await this.sender()?.replaceTrack(this.track ?? null);
    if (this.stream) this.switched(this.stream);
  }

  /** Plugged in or out, allowed or not: what is gone is replaced, who had none tries again, the chosen one is taken back. */
  devicesChanged(there?: string[]): void {
    const used = this.track?.getSettings().deviceId;
    // Browsers take seconds to say that a track has ended.
    const isGone = this.track?.readyState !== 'live' || (used !== undefined && there?.includes(used) === false);
    const chosenIsBack = used !== this.input && there?.includes(this.input) === true;
    if (this.wanted && (isGone || chosenIsBack)) void this.useInput(this.input);
  }

  private async begin(take: boolean, again = false): Promise<void> {
    this.drop();
    const turn = this.turn;
    if (!this.world.secure) return this.onState('insecure', null);
    if (this.track?.readyState !== 'live' && !(await this.open(turn))) return;
    if (turn !== this.turn) return;
    this.onState('connecting', this.stream);
    try {
      await this.connect(turn, take);
    } catch (why) {
      if (turn !== this.turn) return;
      if (why instanceof ApiError && why.code === 'taken') this.refused(again);
      else this.again();
    }
  }

  /** Another page has the sound, or it is this one's own shadow from before it was reloaded. */
  private refused(again: boolean): void {
    this.drop();
    if (!again) {
      this.takeBack = this.world.later(() => void this.begin(false, true), RELOADED);
      return;
    }
    const turn = this.turn;
    this.onState('taken', this.stream);
    this.world.whenFree(() => turn === this.turn && this.wanted && void this.begin(false));
  }

  private async open(turn: number): Promise<boolean> {
    this.lookNoMore();
    if (this.stream === null) this.onState('asking', null);
    try {
      const stream = await this.world.openMicrophone(this.input);
      if (turn !== this.turn) {
        stream.getTracks().forEach((track) => track.stop());
        return false;
      }
      this.closeMicrophone();
      this.stream = stream;
      this.track?.addEventListener('ended', () => this.devicesChanged());
      for (const switched of ['mute', 'unmute']) this.track?.addEventListener(switched, () => this.switched(stream));
      return true;
    } catch (why) {
      if (turn === this.turn) this.without(why);
      return false;
    }
  }

  private without(why: unknown): void {
    const refused = isRefusal(why);
    if (!refused) this.lookNoMore = this.world.later(() => this.devicesChanged(), LOOKING);
    // Silence would be sent instead, and the daemon could not tell the one from the other.
    void this.sender()?.replaceTrack(null);
    this.onState(refused ? 'denied' : 'no-microphone', null);
  }

  private async connect(turn: number, take: boolean): Promise<void> {
    const peer = this.world.newPeer();
    this.peer = peer;
    peer.ontrack = (event) => this.world.play(event.streams[0] ?? new MediaStream([event.track]));
    peer.onconnectionstatechange = () => turn === this.turn && this.turned(peer);
    for (const track of this.stream?.getAudioTracks() ?? []) peer.addTrack(track, this.stream!);
    await peer.setLocalDescription(await peer.createOffer());
    await this.gathered(peer);
    if (turn !== this.turn) return;
    const answer = await this.world.exchange(peer.localDescription?.sdp ?? '', take);
    if (turn === this.turn) await peer.setRemoteDescription({ type: 'answer', sdp: answer });
  }

  private turned(peer: RTCPeerConnection): void {
    this.takeBack();
    switch (peer.connectionState) {
      case 'connected':
        this.failures = 0;
        this.world.hold(true);
        return this.onState(this.standing, this.stream);
      case 'disconnected':
        this.takeBack = this.world.later(() => this.again(), PATIENCE);
        return;
      case 'failed':
      case 'closed':
        return this.again();
      case 'new':
      case 'connecting':
        return;
    }
  }

  private again(): void {
    this.drop();
    if (!this.wanted) return;
    this.onState('connecting', this.stream);
    const pause = PAUSES[Math.min(this.failures, PAUSES.length - 1)] ?? 4_000;
    this.failures += 1;
    this.takeBack = this.world.later(() => void this.begin(false), pause);
  }

  private gathered(peer: RTCPeerConnection): Promise<void> {
    if (peer.iceGatheringState === 'complete') return Promise.resolve();
    return new Promise((done) => {
      const giveUp = this.world.later(done, GATHERING);
      peer.onicegatheringstatechange = () => {
        if (peer.iceGatheringState !== 'complete') return;
        giveUp();
        done();
      };
    });
  }

  private switched(stream: MediaStream): void {
    if (stream === this.stream && this.peer?.connectionState === 'connected') this.onState(this.standing, stream);
  }

  private get standing(): HeadsetState {
    if (this.peer?.connectionState !== 'connected') return 'connecting';
    return this.track?.muted ? 'silenced' : 'live';
  }

  private get track(): MediaStreamTrack | undefined {
    return this.stream?.getAudioTracks()[0];
  }

  private sender(): RTCRtpSender | undefined {
    return this.peer?.getSenders().find((s) => s.track?.kind === 'audio' || s.track === null);
  }

  private drop(): void {
    this.takeBack();
    this.world.hold(false);
    this.turn += 1;
    const peer = this.peer;
    this.peer = null;
    if (peer === null) return;
    peer.ontrack = peer.onconnectionstatechange = peer.onicegatheringstatechange = null;
    peer.close();
  }

  private closeMicrophone(): void {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
  }
}

const isRefusal = (why: unknown): boolean => why instanceof DOMException && (why.name === 'NotAllowedError' || why.name === 'SecurityError');
