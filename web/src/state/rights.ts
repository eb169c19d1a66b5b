// The permissions that the page asks for by name; the daemon decides, the page only does not offer what it would refuse.

import { session } from './session.svelte';

export const mayDial = (): boolean => session.can('calls');
export const mayRecord = (): boolean => session.can('recordings.make');
export const mayHear = (): boolean => session.can('recordings.hear-own') || session.can('recordings.hear-all');
export const mayHearAll = (): boolean => session.can('recordings.hear-all') && maySeeAll();
export const maySupervise = (): boolean => session.can('agents.see');
export const mayListen = (): boolean => session.can('calls.listen');
export const mayTakeOver = (): boolean => session.can('calls.take-over');
export const mayChangeAgents = (): boolean => session.can('agents.change');
export const maySeeAll = (): boolean => session.can('history.see-all');
export const mayExport = (): boolean => session.can('history.export');
export const maySeeCallbacks = (): boolean => session.can('callbacks.see');
export const mayBook = (): boolean => maySeeCallbacks() && session.can('callbacks.create');
export const mayEditCallbacks = (): boolean => session.can('callbacks.edit');
export const mayCancelCallbacks = (): boolean => session.can('callbacks.cancel');
export const mayKeepAllCallbacks = (): boolean => maySeeCallbacks() && session.can('callbacks.all');
export const mayAppoint = (): boolean => session.can('appointments');
/** Who must not be called, by which rules, and why. */
export const mayKeepDoNotCall = (): boolean => session.can('do-not-call');
export const mayTakePart = (): boolean => session.can('campaigns');
export const maySteer = (): boolean => session.can('campaigns.steer');
/** Alert thresholds, profiles, sounds. */
export const maySet = (): boolean => session.can('settings');
export const mayConfigure = (): boolean => session.can('administration');

/** The lists of the administration. */
export const ADMIN_LISTS = ['users', 'perfis', 'reasons', 'queues', 'dispositions', 'departments', 'locations', 'shifts', 'schedules', 'campaigns', 'extensions', 'contacts'] as const;
export type AdminList = (typeof ADMIN_LISTS)[number];

/** Users and reasons have permissions of their own, the rest is administration (VZ-16). */
const may = (list: AdminList, what: 'list' | 'create' | 'edit' | 'delete'): boolean => {
  // Contacts are changed where their calls are.
  if (list === 'contacts') return what === 'list' && mayImport(list);
  // Whoever may send somebody into a break plans them.
  if (list === 'shifts') return mayChangeAgents();
  if (list === 'users') return session.can(`users.${what === 'delete' ? 'edit' : what}`);
  return list === 'reasons' ? session.can(`reasons.${what}`) : mayConfigure();
};
/** From a CSV file. */
export const mayImport = (list: AdminList): boolean => (list === 'contacts' ? session.can('contacts.import') : list === 'extensions' && mayConfigure());
export const maySee = (list: AdminList): boolean => may(list, 'list');
export const mayCreate = (list: AdminList): boolean => may(list, 'create');
export const mayEdit = (list: AdminList): boolean => may(list, 'edit');
export const mayDelete = (list: AdminList): boolean => may(list, 'delete');
/** Whoever only chooses from a list, as agents from the reasons, administers nothing. */
export const mayAdminister = (): boolean => ADMIN_LISTS.some((list) => may(list, 'create') || may(list, 'edit')) || session.can('users.list');
