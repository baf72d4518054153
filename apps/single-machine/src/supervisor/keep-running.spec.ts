import { describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { keepRunning, type Exit, type Restartable } from './keep-running.js';

/** A part that ends when it is told to and fails its next starts as often as it is told to. */
class Part implements Restartable {
  readonly name = 'part';
  restarts = 0;
  failures = 0;
  readonly #listeners = new Set<(exit: Exit) => void>();

  restart(): Promise<void> {
    this.restarts += 1;
    if (this.failures > 0) {
      this.failures -= 1;
      return Promise.reject(new Error('no room'));
    }
    return Promise.resolve();
  }

  onExit(listener: (exit: Exit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  end(expected: boolean): void {
    for (const listener of this.#listeners) listener({ code: null, signal: 'SIGKILL', expected });
  }
}

describe('keepRunning', () => {
  function setUp(): { part: Part; said: string[]; stop: AbortController; idle: () => Promise<void> } {
    const part = new Part();
    const said: string[] = [];
    const stop = new AbortController();
    return { part, said, stop, idle: keepRunning(part, (line) => said.push(line), stop.signal, [1]) };
  }

  it('starts again what ended unasked and says both', async () => {
    const { part, said, idle } = setUp();
    part.end(false);
    await idle();
    expect(part.restarts).toBe(1);
    expect(said[0]).toBe('part ended unasked (signal SIGKILL); starting it again');
    expect(said[1]).toMatch(/^part runs again after \d+\.\d s$/);
  });

  it('leaves alone what was ended on purpose', async () => {
    const { part, idle } = setUp();
    part.end(true);
    await idle();
    expect(part.restarts).toBe(0);
  });

  it('goes on trying and says why it does not start', async () => {
    const { part, said, idle } = setUp();
    part.failures = 2;
    part.end(false);
    await idle();
    expect(part.restarts).toBe(3);
    expect(said.filter((line) => line === 'part does not start: no room')).toHaveLength(2);
  });

  it('gives up when everything ends', async () => {
    const { part, stop, idle } = setUp();
    part.failures = Number.MAX_SAFE_INTEGER;
    part.end(false);
    await pollUntil('some starts', () => part.restarts > 2, { timeoutMs: 5000 });
    stop.abort();
    await idle();
    const restarts = part.restarts;
    part.end(false);
    await idle();
    expect(part.restarts).toBe(restarts);
  });
});
