// A file on its way to the daemon, told as it goes: `fetch` does not say how far it is.

import { ApiError, newKey, refusalOf } from './http';
import type { AttachedFile, ErrorBody } from './types';

/** As long as the daemon listens to one request, in ms. */
const PATIENCE = 60_000;

/** `told` hears the share that is sent, from 0 to 1. */
export function bring(file: File, told: (share: number) => void): Promise<AttachedFile> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open('POST', `api/v1/files?${new URLSearchParams({ name: file.name })}`);
    request.setRequestHeader('Content-Type', file.type || 'application/octet-stream');
    request.setRequestHeader('Idempotency-Key', newKey());
    request.responseType = 'json';
    request.timeout = PATIENCE;
    request.upload.onprogress = (e) => told(e.lengthComputable ? e.loaded / e.total : 0);
    request.onload = () => {
      if (request.status === 201) return done(request.response as AttachedFile);
      failed(refusalOf(request.status, request.statusText, request.getResponseHeader('Retry-After'), request.response as ErrorBody | null));
    };
    request.onerror = request.ontimeout = () => failed(new ApiError(0, 'offline', 'the file did not arrive'));
    request.send(file);
  });
}
