// A story on the stage: a browser, people at its pages, and the world outside, which a test plays. What has to happen at the
// other end of the line is asked for by a line `> wish` and answered by `done` once it has happened.

import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { launch } from './browser.mjs';

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** Until the other end has done it. */
export async function world(wish) {
  console.log(`> ${wish}`);
  const { value } = await answers.next();
  assert.equal(value, 'done', `${wish}: ${value}`);
}

/** Plays the story; `stage` has the browser, which a story may end and open again, and what consoles complained of. */
export async function play(story, ...args) {
  const stage = { errors: [], now: null, ...(await launch(...args)) };
  stage.step = async (name, person, what) => {
    stage.now = person;
    await what(person);
    console.log(`  ${name}`);
  };
  stage.reopen = async () => Object.assign(stage, await launch(...args));
  try {
    await story(stage);
    assert.deepEqual(stage.errors, []);
    console.log('all well');
  } catch (why) {
    console.log(why.stack, stage.errors);
    await stage.now?.page.screenshot({ path: '/tmp/ramal-story.png' }).catch(() => {});
    console.log(await stage.now?.page.evaluate(() => document.body.innerText).catch(() => ''));
    process.exitCode = 1;
  } finally {
    await stage.close();
    process.stdin.destroy();
  }
}
