import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { loggableSettings, readEnvironment } from './environment.js';
import { launcherSettings } from './launcher.js';
import { outboundProxyFields, outboundProxySettings } from './outbound-proxy.js';

const read = (environment: Record<string, string>) =>
  outboundProxySettings(readEnvironment(z.object(outboundProxyFields), environment));

describe('the outbound proxy', () => {
  it('is none unless it is set', () => {
    expect(read({})).toBeNull();
    expect(
      read({ NEWSRELAY_OUTBOUND_NO_PROXY: 'partner.example', HTTPS_PROXY: 'http://proxy:3128' }),
    ).toBeNull();
  });

  it('is read with what goes past it', () => {
    expect(
      read({
        NEWSRELAY_OUTBOUND_PROXY: 'http://news:p%40ss@proxy.example:3128',
        NEWSRELAY_OUTBOUND_NO_PROXY: ' .partner.example, 中国.example,10.0.0.0/8,fd00::1 ,',
        NEWSRELAY_OUTBOUND_PROXY_NAMES: 'proxy',
      }),
    ).toEqual({
      url: 'http://news:p%40ss@proxy.example:3128',
      direct: ['.partner.example', '中国.example', '10.0.0.0/8', 'fd00::1'],
      names: 'proxy',
    });
    expect(read({ NEWSRELAY_OUTBOUND_PROXY: 'https://proxy.example' })).toMatchObject({
      direct: [],
      names: 'here',
    });
  });

  it.each([
    ['NEWSRELAY_OUTBOUND_PROXY', 'proxy.example:3128', 'must be a URL such as http://proxy.example:3128'],
    ['NEWSRELAY_OUTBOUND_PROXY', 'socks5://u:hunter2@proxy.example', 'must be a URL such as'],
    ['NEWSRELAY_OUTBOUND_PROXY', 'http://u:hunter2%@proxy.example', 'must be a URL such as'],
    ['NEWSRELAY_OUTBOUND_PROXY', 'http://proxy.example/path', 'must be a URL such as'],
    ['NEWSRELAY_OUTBOUND_NO_PROXY', 'partner.example:443', 'host names and CIDRs, without ports'],
    ['NEWSRELAY_OUTBOUND_NO_PROXY', 'partner.example,*', 'host names and CIDRs'],
    ['NEWSRELAY_OUTBOUND_NO_PROXY', '10.0.0.0/33', 'host names and CIDRs'],
    ['NEWSRELAY_OUTBOUND_NO_PROXY', '0x7f.1', 'host names and CIDRs'],
    ['NEWSRELAY_OUTBOUND_PROXY_NAMES', 'both', 'must be here'],
  ])('%s=%s is refused, by the launcher too, and what it holds is not shown', (name, value, told) => {
    for (const attempt of [() => read({ [name]: value }), () => launcherSettings({ [name]: value })]) {
      expect(attempt).toThrow(told);
      expect(attempt).not.toThrow('hunter2');
    }
  });

  it('is logged as set alone; what goes past it is shown', () => {
    expect(
      loggableSettings({
        NEWSRELAY_OUTBOUND_PROXY: 'http://u:hunter2@proxy.example',
        NEWSRELAY_OUTBOUND_NO_PROXY: ['partner.example'],
      }),
    ).toEqual({ NEWSRELAY_OUTBOUND_PROXY: 'set', NEWSRELAY_OUTBOUND_NO_PROXY: ['partner.example'] });
  });
});
