// A file on its way to the daemon, told as it goes: `fetch` does not say how far it is.

import { ApiError, newKey, refusalOf } from './http';
import type { BroughtFile } from './campaigns';
import type { AttachedFile, ErrorBody } from './types';

/** As long as the daemon listens to one request, in ms. */
const PATIENCE = 60_000;

/** `told` hears the share that is sent, from 0 to 1. */
export const bring = (file: File, told: (share: number) => void): Promise<AttachedFile> =>
  send<AttachedFile>(`api/v1/files?${new URLSearchParams({ name: file.name })}`, {}, file, told, PATIENCE);

/** A file of leads, as large as it may be: it is not cut off by a clock. */
export const bringLeads = (file: File, told: (share: number) => void): Promise<BroughtFile> =>
  send<BroughtFile>('api/v1/lead-lists/files', { 'X-File-Name': encodeURIComponent(file.name) }, file, told, 0);

function send<T>(path: string, headers: Record<string, string>, file: File, told: (share: number) => void, patience: number): Promise<T> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    const all = { 'Content-Type': file.type || 'application/octet-stream', 'Idempotency-Key': newKey(), ...headers };
    for (const [name, value] of Object.entries(all)) request.setRequestHeader(name, value);
    request.responseType = 'json';
    request.timeout = patience;
    request.upload.onprogress = (e) => told(e.lengthComputable ? e.loaded / e.total : 0);
    request.onload = () => {
      if (request.status === 201) return done(request.response as T);
      failed(refusalOf(request.status, request.statusText, request.getResponseHeader('Retry-After'), request.response as ErrorBody | null));
    };
    request.onerror = request.ontimeout = () => failed(new ApiError(0, 'offline', 'the file did not arrive'));
    request.send(file);
  });
}
