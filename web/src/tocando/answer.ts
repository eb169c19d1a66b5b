// Atender and Recusar, from wherever they are pressed.

import type { Call } from '../api/types';
import { route } from '../state/route.svelte';
import { onCall } from '../state/wishes.svelte';

/** Answers, and the screen goes to Atendimento by itself (SM-04). */
export function answer(call: Call): void {
  void onCall(call.call, 'answer').then((done) => done && route.go('atendimento'));
}

export function reject(call: Call): void {
  void onCall(call.call, 'reject', { how: 'busy' });
}
