// What each action asks of the daemon, in each scene.

import { heard, type Scene } from '../state/desk';
import { desk } from '../state/desk.svelte';
import { agent, onCall, wish } from '../state/wishes.svelte';
import { bench } from './bench.svelte';
import type { ActionName } from './slots';

export type Act = ActionName | 'swap' | 'back' | 'complete' | 'join';

/** The call that the agent hears now, where there is one. */
const voice = (scene: Scene) => (scene.kind === 'consulting' ? heard(scene) : scene.kind === 'conference' ? scene.front : scene.kind === 'talking' || scene.kind === 'dialling' ? scene.call : null);

export function act(what: Act, scene: Scene): void {
  const call = voice(scene);
  switch (what) {
    case 'mute':
      return each(scene, (c) => (c.muted ? 'unmute' : 'mute'));
    case 'hold':
      return each(scene, (c) => (c.held ? 'resume' : 'hold'));
    case 'transfer':
      return scene.kind === 'consulting' ? act('complete', scene) : bench.show('transfer');
    case 'conference':
      return confer(scene);
    case 'keypad':
      return bench.show('keypad');
    case 'record':
      return record(scene);
    case 'hangup':
      return hangUp(scene);
    case 'conclude':
      return void conclude(scene);
    case 'listen':
      bench.listening += 1;
      return;
    case 'swap':
    case 'back':
    case 'complete':
      return void (call && onCall(call.call, what));
    case 'join':
      return void (scene.kind === 'consulting' && wish('POST', '/conferences', { calls: [scene.customer.call, scene.colleague.call] }));
  }
}

function each(scene: Scene, how: (c: { muted: boolean; held: boolean }) => 'mute' | 'unmute' | 'hold' | 'resume'): void {
  const all = scene.kind === 'conference' ? scene.calls : [voice(scene)];
  const first = all[0];
  if (!first) return;
  const action = how(first);
  for (const one of all) if (one) void onCall(one.call, action);
}

function confer(scene: Scene): void {
  if (scene.kind === 'consulting') return act('join', scene);
  if (scene.kind !== 'conference') return bench.show('conference');
  const open = bench.panel === 'keypad';
  bench.close();
  bench.inviting = !open;
}

function record(scene: Scene): void {
  const call = scene.kind === 'consulting' ? scene.customer : voice(scene);
  if (!call) return;
  const what = call.recording === null ? 'start' : call.recording.paused ? 'resume' : 'pause';
  void onCall(call.call, 'record', { what });
}

/** In a conference the others go on; in a consultation it ends with whom one hears. */
function hangUp(scene: Scene): void {
  const call = voice(scene);
  if (call) void onCall(call.call, scene.kind === 'conference' ? 'leave' : 'hangup');
}

/** Saves what is typed, closes the wrap-up; the case itself stays open unless it has its disposition. */
async function conclude(scene: Scene): Promise<void> {
  if (scene.kind !== 'wrap-up') return;
  const file = bench.file;
  await file?.flush();
  const disposition = file?.value('disposition');
  if (file && disposition && file.saved?.state === 'open') await wish('POST', `/cases/${file.id}/close`, { disposition });
  if (desk.agent?.state.kind !== 'wrap-up' || (await agent.endWrapUp())) desk.conclude(scene.call.call);
}
