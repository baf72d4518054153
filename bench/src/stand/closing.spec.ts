import { describe, expect, it } from '@jest/globals';
import { Closing } from './closing.js';

describe('what has to end', () => {
  it('ends the last first, once', async () => {
    const ended: number[] = [];
    const closing = new Closing();
    for (const each of [1, 2, 3]) closing.add(() => void ended.push(each));
    await Promise.all([closing.closeAll(), closing.closeAll()]);
    expect(ended).toEqual([3, 2, 1]);
  });

  it('ends what belongs to a part of the work with it, also when that fails', async () => {
    const ended: string[] = [];
    const closing = new Closing();
    closing.add(() => void ended.push('all'));
    const failing = closing.within((own) => {
      own.add(() => void ended.push('part'));
      return Promise.reject(new Error('no such thing'));
    });
    await expect(failing).rejects.toThrow('no such thing');
    expect(ended).toEqual(['part']);
    await closing.closeAll();
    expect(ended).toEqual(['part', 'all']);
  });

  it('ends at once what is opened while everything ends', async () => {
    const closing = new Closing();
    await closing.closeAll();
    let late = false;
    expect(() => {
      closing.add(() => {
        late = true;
      });
    }).toThrow('is ending');
    expect(late).toBe(true);
  });
});
