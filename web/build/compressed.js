import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** What shrinks: pictures and sounds are small already. */
const TEXT = /\.(html|js|css|svg|json|txt|webmanifest)$/;

/** @param {string} folder @returns {string[]} every file below */
const filesOf = (folder) =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesOf(path) : [path];
  });

/** Vite plugin: beside each text file its `.br` and `.gz`, so that the daemon compresses nothing while it serves. */
export function compressed() {
  /** @type {string} */
  let folder;
  return {
    name: 'compressed',
    apply: 'build',
    /** @param {{ root: string, build: { outDir: string } }} config */
    configResolved(config) {
      folder = join(config.build.outDir.startsWith('/') ? '' : config.root, config.build.outDir);
    },
    closeBundle() {
      for (const path of filesOf(folder).filter((one) => TEXT.test(one))) {
        const whole = readFileSync(path);
        const br = brotliCompressSync(whole, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: whole.length } });
        if (br.length < whole.length) writeFileSync(`${path}.br`, br);
        const gz = gzipSync(whole, { level: 9 });
        if (gz.length < whole.length) writeFileSync(`${path}.gz`, gz);
      }
    },
  };
}
