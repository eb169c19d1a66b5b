import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/http';
import { Headset, type HeadsetState } from './headset';

class FakeTrack extends EventTarget {
  kind = 'audio';
  readyState = 'live';
  muted = false;
  constructor(private id: string) {
    super();
  }
  getSettings() {
    return { deviceId: this.id };
  }
  stop() {
    this.readyState = 'ended';
  }
  /** Unlike `stop`, which is our own doing. */
  isPulledOut() {
    this.readyState = 'ended';
    this.dispatchEvent(new Event('ended'));
  }
  isSwitched(off: boolean) {
    this.muted = off;
    this.dispatchEvent(new Event(off ? 'mute' : 'unmute'));
  }
}

class FakePeer {
  connectionState = 'new';
  iceGatheringState = 'complete';
  localDescription: { sdp: string } | null = null;
  remote: string | null = null;
  closed = false;
  senders: { track: FakeTrack | null; replaceTrack: (t: FakeTrack | null) => Promise<void> }[] = [];
  onconnectionstatechange: (() => void) | null = null;
  addTrack(track: FakeTrack) {
    const sender = { track: track as FakeTrack | null, replaceTrack: async (t: FakeTrack | null) => void (sender.track = t) };
    this.senders.push(sender);
  }
  getSenders() {
    return this.senders;
  }
  async createOffer() {
    return { type: 'offer', sdp: 'offer' };
  }
  async setLocalDescription(d: { sdp: string }) {
    this.localDescription = d;
  }
  async setRemoteDescription(d: { sdp: string }) {
    this.remote = d.sdp;
  }
  close() {
    this.closed = true;
  }
  becomes(state: string) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

const settle = async () => {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
};

function stage() {
  const peers: FakePeer[] = [];
  const tracks: FakeTrack[] = [];
  const states: HeadsetState[] = [];
  const freed: (() => void)[] = [];
  const due: { what: () => void; ms: number }[] = [];
  const exchange = vi.fn(async (_offer: string, _take: boolean) => 'answer');
  const openMicrophone = vi.fn(async (id: string) => {
    const track = new FakeTrack(id || 'default');
    tracks.push(track);
    return { getAudioTracks: () => [track], getTracks: () => [track] } as unknown as MediaStream;
  });
  const world = {
    secure: true,
    openMicrophone,
    newPeer: () => {
      peers.push(new FakePeer());
      return peers.at(-1) as unknown as RTCPeerConnection;
    },
    exchange,
    play: () => {},
    hold: vi.fn((_on: boolean) => {}),
    whenFree: (what: () => void) => void freed.push(what),
    later: (what: () => void, ms: number) => {
      const timer = { what, ms };
      due.push(timer);
      return () => void due.splice(due.indexOf(timer), due.includes(timer) ? 1 : 0);
    },
  };
  const headset = new Headset(world, (state) => states.push(state));
  const fire = () => due.splice(0).forEach((timer) => timer.what());
  return { headset, peers, tracks, states, exchange, openMicrophone, fire, freed, world };
}

describe("the browser's headset (SP-05)", () => {
  let s: ReturnType<typeof stage>;
  beforeEach(() => (s = stage()));

  it('offers once a sign-in and is live when the connection stands', async () => {
    s.headset.want();
    s.headset.want();
    await settle();
    expect(s.exchange).toHaveBeenCalledExactlyOnceWith('offer', false);
    expect(s.peers[0]?.remote).toBe('answer');
    s.peers[0]?.becomes('connected');
    expect(s.states).toEqual(['asking', 'connecting', 'live']);
  });

  it('makes a new offer when the connection fails, with the microphone it has', async () => {
    s.headset.want();
    await settle();
    s.peers[0]?.becomes('connected');
    s.peers[0]?.becomes('failed');
    s.fire();
    await settle();
    expect(s.peers.length).toBe(2);
    expect(s.peers[0]?.closed).toBe(true);
    expect(s.openMicrophone).toHaveBeenCalledTimes(1);
  });

  it('gives a short break the time to heal', async () => {
    s.headset.want();
    await settle();
    s.peers[0]?.becomes('connected');
    s.peers[0]?.becomes('disconnected');
    s.peers[0]?.becomes('connected');
    s.fire();
    await settle();
    expect(s.peers.length).toBe(1);
  });

  const taken = () => new ApiError(409, 'taken', '');

  it('says that another tab has the sound, and takes it when asked', async () => {
    s.exchange.mockRejectedValueOnce(taken()).mockRejectedValueOnce(taken());
    s.headset.want();
    await settle();
    s.fire();
    await settle();
    expect(s.states.at(-1)).toBe('taken');
    s.fire();
    await settle();
    expect(s.exchange).toHaveBeenCalledTimes(2);
    s.headset.take();
    await settle();
    expect(s.exchange).toHaveBeenLastCalledWith('offer', true);
  });

  it('is not taken aback by the shadow of the page that it was before a reload', async () => {
    s.exchange.mockRejectedValueOnce(taken());
    s.headset.want();
    await settle();
    expect(s.states.at(-1)).toBe('connecting');
    s.fire();
    await settle();
    s.peers.at(-1)?.becomes('connected');
    expect(s.states.at(-1)).toBe('live');
    expect(s.states).not.toContain('taken');
  });

  it('comes in where the other tab was closed', async () => {
    s.exchange.mockRejectedValueOnce(taken()).mockRejectedValueOnce(taken());
    s.headset.want();
    await settle();
    s.fire();
    await settle();
    s.freed.forEach((free) => free());
    await settle();
    expect(s.exchange).toHaveBeenLastCalledWith('offer', false);
    s.peers.at(-1)?.becomes('connected');
    expect(s.world.hold).toHaveBeenLastCalledWith(true);
  });

  it('comes in nowhere once it has left', async () => {
    s.exchange.mockRejectedValueOnce(taken()).mockRejectedValueOnce(taken());
    s.headset.want();
    await settle();
    s.fire();
    await settle();
    s.headset.leave();
    s.freed.forEach((free) => free());
    await settle();
    expect(s.exchange).toHaveBeenCalledTimes(2);
  });

  it('tells a refused microphone from a missing one, and tries again when one is plugged in', async () => {
    s.openMicrophone.mockRejectedValueOnce(new DOMException('', 'NotAllowedError'));
    s.headset.want();
    await settle();
    expect(s.states.at(-1)).toBe('denied');
    s.openMicrophone.mockRejectedValueOnce(new DOMException('', 'NotFoundError'));
    s.headset.devicesChanged();
    await settle();
    expect(s.states.at(-1)).toBe('no-microphone');
    s.headset.devicesChanged();
    await settle();
    expect(s.states.at(-1)).toBe('connecting');
  });

  it('changes the microphone in mid-call without a new connection', async () => {
    s.headset.want();
    await settle();
    s.peers[0]?.becomes('connected');
    await s.headset.useInput('usb');
    expect(s.openMicrophone).toHaveBeenLastCalledWith('usb');
    expect(s.peers.length).toBe(1);
    expect(s.peers[0]?.senders[0]?.track).toBe(s.tracks[1]);
    expect(s.tracks[0]?.readyState).toBe('ended');
  });

  const none = () => new DOMException('', 'NotFoundError');

  it('says that the microphone is gone in mid-call, and is live again when one is there, over the same connection (SP-07)', async () => {
    s.headset.want();
    await settle();
    s.peers[0]?.becomes('connected');
    s.openMicrophone.mockRejectedValueOnce(none()).mockRejectedValueOnce(none());
    s.tracks[0]?.isPulledOut();
    await settle();
    expect(s.states.at(-1)).toBe('no-microphone');
    expect(s.peers[0]?.senders[0]?.track).toBe(null);
    s.fire();
    await settle();
    expect(s.states.at(-1)).toBe('no-microphone');
    s.fire();
    await settle();
    expect(s.states.at(-1)).toBe('live');
    expect(s.peers.length).toBe(1);
    expect(s.peers[0]?.senders[0]?.track).toBe(s.tracks[1]);
  });

  it('believes the list of devices before the browser says that the track has ended', async () => {
    s.headset.want();
    await settle();
    s.peers[0]?.becomes('connected');
    s.headset.devicesChanged(['default']);
    await settle();
    expect(s.tracks.length).toBe(1);
    s.headset.devicesChanged([]);
    await settle();
    expect(s.peers[0]?.senders[0]?.track).toBe(s.tracks[1]);
  });

  it('tells a microphone that is switched off from one that is on (SP-07)', async () => {
    s.headset.want();
    await settle();
    s.tracks[0]?.isSwitched(true);
    expect(s.states.at(-1)).toBe('connecting');
    s.peers[0]?.becomes('connected');
    expect(s.states.at(-1)).toBe('silenced');
    s.tracks[0]?.isSwitched(false);
    expect(s.states.at(-1)).toBe('live');
    await s.headset.useInput('usb');
    s.tracks[0]?.isSwitched(true);
    expect(s.states.at(-1)).toBe('live');
  });

  it('looks for no microphone any more once it has left', async () => {
    s.openMicrophone.mockRejectedValueOnce(none());
    s.headset.want();
    await settle();
    s.headset.leave();
    s.fire();
    await settle();
    expect(s.openMicrophone).toHaveBeenCalledTimes(1);
  });

  it('goes back to the chosen microphone when it is plugged in again', async () => {
    await s.headset.useInput('usb');
    s.headset.want();
    await settle();
    s.peers[0]?.becomes('connected');
    s.openMicrophone.mockImplementationOnce(async () => {
      const other = new FakeTrack('built-in');
      s.tracks.push(other);
      return { getAudioTracks: () => [other], getTracks: () => [other] } as unknown as MediaStream;
    });
    s.tracks[0]?.isPulledOut();
    await settle();
    expect(s.peers[0]?.senders[0]?.track).toBe(s.tracks[1]);
    s.headset.devicesChanged(['built-in']);
    await settle();
    expect(s.tracks.length).toBe(2);
    s.headset.devicesChanged(['built-in', 'usb']);
    await settle();
    expect(s.peers[0]?.senders[0]?.track).toBe(s.tracks[2]);
    s.headset.devicesChanged(['built-in', 'usb']);
    await settle();
    expect(s.tracks.length).toBe(3);
  });

  it('needs a secure page', () => {
    s.world.secure = false;
    s.headset.want();
    expect(s.states).toEqual(['insecure']);
  });

  it('leaves nothing open behind it', async () => {
    s.headset.want();
    await settle();
    s.headset.leave();
    expect(s.peers[0]?.closed).toBe(true);
    expect(s.tracks[0]?.readyState).toBe('ended');
    expect(s.states.at(-1)).toBe('off');
  });
});
