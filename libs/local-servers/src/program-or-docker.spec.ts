import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { findProgram } from './find-program.js';
import { commandOf, type ProgramOrImage } from './program-or-docker.js';
import { temporaryDataDir, type TemporaryDataDir } from './temporary-data-dir.js';

describe('findProgram', () => {
  let folder: TemporaryDataDir;
  beforeEach(() => {
    folder = temporaryDataDir();
  });
  afterEach(() => folder.remove());

  it('takes only files that can be run, from the search path', () => {
    const file = join(folder.path, 'some-server');
    writeFileSync(file, '#!/bin/sh\n', { mode: 0o644 });
    expect(findProgram('some-server', folder.path)).toBeUndefined();
    chmodSync(file, 0o755);
    expect(findProgram('some-server', `/nowhere:${folder.path}`)).toBe(file);
  });

  it('looks where servers lie even if the search path does not', () => {
    expect(findProgram('sh', '')).toBe('/usr/bin/sh');
  });
});

describe('commandOf', () => {
  const server: ProgramOrImage = {
    program: 'some-server',
    image: 'some:1',
    containerPort: 99,
    folder: '/data folder/x',
    args: (host, port, folder) => [host, String(port), folder],
    advice: '',
  };

  it('runs a program on loopback only', () => {
    expect(commandOf({ kind: 'program', path: '/bin/some-server' }, server, 12345)).toEqual({
      program: '/bin/some-server',
      args: ['127.0.0.1', '12345', '/data folder/x'],
    });
  });

  it('publishes a container on loopback only, with the same data', () => {
    const { args } = commandOf(
      { kind: 'docker', docker: '/bin/docker', container: 'some-name' },
      server,
      12345,
    );
    expect(args.join(' ')).toContain('--publish 127.0.0.1:12345:99');
    expect(args.join(' ')).toContain('--mount type=bind,source=/data folder/x,target=/data');
    expect(args.slice(-4)).toEqual(['some:1', '0.0.0.0', '99', '/data']);
  });
});
