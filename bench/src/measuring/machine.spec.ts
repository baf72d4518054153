import { describe, expect, it } from '@jest/globals';
import { machineFacts, versionOf } from './machine.js';

describe('the machine', () => {
  it('is said to be busy where others use more than a quarter of it', () => {
    expect(machineFacts(0.5, 2).warning).toBeNull();
    expect(machineFacts(0.6, 2).warning).toContain('load 0.60 on 2 cores');
  });

  it('knows a program’s version, or that it is not there', () => {
    expect(versionOf('sh', '-c')).not.toBeNull();
    expect(versionOf('no-such-program', '--version')).toBeNull();
  });
});
