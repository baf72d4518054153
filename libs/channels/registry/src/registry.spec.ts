import { readdirSync, statSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { checkConnectors, connectorOf, connectors } from './registry.js';

describe('the registry', () => {
  it('holds the connector of every folder beside it, under the name of the folder', () => {
    const channels = new URL('../../', import.meta.url);
    const folders = readdirSync(channels).filter(
      (name) => name !== 'registry' && statSync(new URL(`${name}/`, channels)).isDirectory(),
    );
    expect(connectors.map(({ manifest }) => manifest.type).sort()).toEqual(folders.sort());
  });

  it('finds a connector by its type', () => {
    expect(connectorOf('webhook')?.manifest.type).toBe('webhook');
    expect(connectorOf('pigeon')).toBeUndefined();
    expect(connectorOf('constructor')).toBeUndefined();
  });

  it('passes its own check', () => {
    expect(() => {
      checkConnectors(['feed', 'webhook', 'webhook']);
    }).not.toThrow();
  });

  it('names what is double and what is missing', () => {
    const [first] = connectors;
    if (first === undefined) throw new Error('no connector');
    expect(() => {
      checkConnectors(['pigeon', 'feed', 'pigeon'], [...connectors, first]);
    }).toThrow(
      `two connectors are registered for the channel type "${first.manifest.type}"; ` +
        'there are channels of the type "pigeon", and no connector is registered for it',
    );
  });

  it('names a type that is no name', () => {
    const [first] = connectors;
    if (first === undefined) throw new Error('no connector');
    expect(() => {
      checkConnectors([], [{ ...first, manifest: { ...first.manifest, type: 'We Chat' } }]);
    }).toThrow('"We Chat" is no name');
  });
});
