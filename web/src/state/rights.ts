// The permissions that the page asks for by name; the daemon decides, the page only does not offer what it would refuse.

import { session } from './session.svelte';

export const mayDial = (): boolean => session.can('calls.dial');
export const mayRecord = (): boolean => session.can('calls.record');
export const mayHear = (): boolean => session.can('recordings.listen');
export const maySupervise = (): boolean => session.can('live.see');
export const mayListen = (): boolean => session.can('calls.supervise');
export const mayChangeAgents = (): boolean => session.can('agents.change');
export const maySeeAll = (): boolean => session.can('history.all');
export const mayExport = (): boolean => session.can('history.export');

/** The lists of the administration, each with the permission to see it; changing needs `.edit`. */
export const ADMIN_LISTS = ['users', 'perfis', 'reasons', 'queues', 'dispositions', 'departments', 'locations', 'extensions'] as const;
export type AdminList = (typeof ADMIN_LISTS)[number];

export const maySee = (list: AdminList): boolean => session.can(`${list}.list`);
export const mayEdit = (list: AdminList): boolean => session.can(`${list}.edit`);
export const mayAdminister = (): boolean => ADMIN_LISTS.some(maySee);
