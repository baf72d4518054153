import { describe, expect, it } from '@jest/globals';
import { checkAddress, checkTarget, parseAllowTargets } from './target-rules.js';

const NOTHING = parseAllowTargets([]);
const LOOPBACK = parseAllowTargets(['127.0.0.0/8']);

const refusedHosts: [spelling: string, host: string][] = [
  ['dotted', '127.0.0.1'],
  ['decimal', '2130706433'],
  ['octal', '0177.0.0.1'],
  ['hexadecimal', '0x7f000001'],
  ['mixed', '0x7f.0.0.1'],
  ['short', '127.1'],
  ['full-width digits', '１２７.０.０.１'],
  ['ideographic full stops', '127。0。0。1'],
  ['percent-encoded', '%31%32%37.0.0.1'],
  ['circled digits', '①②⑦.⓪.⓪.①'],
  ['an address with a trailing dot', '127.0.0.1.'],
  ['this network', '0.0.0.0'],
  ['zero alone', '0'],
  ['private 10/8', '10.1.2.3'],
  ['private 172.16/12', '172.31.255.255'],
  ['private 192.168/16', '192.168.0.1'],
  ['carrier-grade NAT', '100.64.0.1'],
  ['a metadata service in CGNAT', '100.100.100.200'],
  ['link-local metadata', '169.254.169.254'],
  ['protocol assignments', '192.0.0.192'],
  ['documentation 1', '192.0.2.1'],
  ['documentation 2', '198.51.100.1'],
  ['documentation 3', '203.0.113.1'],
  ['6to4 relay', '192.88.99.1'],
  ['benchmark', '198.19.0.1'],
  ['multicast', '224.0.0.1'],
  ['reserved', '240.0.0.1'],
  ['broadcast', '255.255.255.255'],
  ['cloud metadata on a public address', '168.63.129.16'],
  ['IPv6 loopback', '[::1]'],
  ['IPv6 unspecified', '[::]'],
  ['IPv4-mapped', '[::ffff:127.0.0.1]'],
  ['IPv4-mapped in hex', '[::ffff:7f00:1]'],
  ['IPv4-mapped public', '[::ffff:8.8.8.8]'],
  ['IPv4-mapped, written out', '[0:0:0:0:0:ffff:a9fe:a9fe]'],
  ['IPv4-compatible', '[::7f00:1]'],
  ['IPv4-translated', '[::ffff:0:127.0.0.1]'],
  ['ISATAP in ::/8', '[::5efe:7f00:1]'],
  ['ISATAP under a public prefix', '[2600::5efe:10.0.0.1]'],
  ['ISATAP with the universal bit', '[2600::200:5efe:10.0.0.1]'],
  ['NAT64 of loopback', '[64:ff9b::7f00:1]'],
  ['NAT64 of metadata', '[64:ff9b::169.254.169.254]'],
  ['local-use NAT64', '[64:ff9b:1::808:808]'],
  ['6to4', '[2002:7f00:1::]'],
  ['6to4 of a public address', '[2002:808:808::1]'],
  ['Teredo', '[2001:0:4136:e378:8000:63bf:3fff:fdd2]'],
  ['ORCHID', '[2001:10::1]'],
  ['IPv6 benchmark', '[2001:2::1]'],
  ['IPv6 documentation', '[2001:db8::1]'],
  ['newer IPv6 documentation', '[3fff::1]'],
  ['segment routing', '[5f00::1]'],
  ['discard', '[100::1]'],
  ['unique local', '[fd00:ec2::254]'],
  ['IPv6 link-local', '[fe80::1]'],
  ['site-local', '[fec0::1]'],
  ['IPv6 multicast', '[ff02::1]'],
  ['localhost', 'localhost'],
  ['upper-case localhost', 'LOCALHOST'],
  ['a name below localhost', 'partner.localhost'],
  ['localhost with a dot', 'localhost.'],
  ['a name with a trailing dot', 'partner.example.'],
  ['a trailing ideographic full stop', 'partner.example。'],
];

const refusedUrls: [what: string, url: string][] = [
  ['a zone id', 'https://[fe80::1%25eth0]/'],
  ['http', 'http://partner.example/'],
  ['another scheme', 'ftp://partner.example/'],
  ['a file', 'file:///etc/passwd'],
  ['data', 'data:text/plain,x'],
  ['another port', 'https://partner.example:22/'],
  ['http on 443', 'http://partner.example:443/'],
  ['port 80', 'https://partner.example:80/'],
  ['credentials', 'https://user:pass@partner.example/'],
  ['a user alone', 'https://user@partner.example/'],
  ['a host in the user part', 'https://partner.example@127.0.0.1/'],
  ['an overflowing address', 'https://256.256.256.256/'],
  ['no host', 'https:///'],
  ['a relative reference', '/hook'],
  ['nothing', ''],
];

describe('checkTarget', () => {
  it.each(refusedHosts)('refuses %s: %s', (_spelling, host) => {
    for (const url of [`https://${host}/hook`, `https://${host}:8443/`, `http://${host}/`]) {
      expect(checkTarget(url, NOTHING)).toEqual({ refused: expect.any(String) });
    }
  });

  it.each(refusedUrls)('refuses %s: %s', (_what, url) => {
    expect(checkTarget(url, NOTHING)).toEqual({ refused: expect.any(String) });
  });

  it.each([
    'https://partner.example/hook',
    'https://partner.example:8443/',
    'https://媒体.example/',
    'https://8.8.8.8/',
    'https://[2606:4700:4700::1111]/',
    'https://[64:ff9b::808:808]:8443/',
    'https://[2600::5efe:8.8.8.8]/',
    'https://localhost.example/',
  ])('takes %s', (url) => {
    expect(checkTarget(url, NOTHING)).toMatchObject({ refused: null, target: { onlyAllowListed: false } });
  });

  it('lifts address, port and https rules for addresses of the allow list alone', () => {
    expect(checkTarget('http://127.0.0.1:9000/', LOOPBACK).refused).toBeNull();
    expect(checkTarget('http://2130706433:9000/', LOOPBACK).refused).toBeNull();
    expect(checkTarget('http://localhost:9000/', LOOPBACK).refused).toBeNull();
    expect(checkTarget('http://128.0.0.1:9000/', LOOPBACK).refused).toContain('only https on port 443');
    expect(checkTarget('http://10.0.0.1/', LOOPBACK).refused).toContain('private');
    expect(checkTarget('http://[::ffff:127.0.0.1]:9000/', LOOPBACK).refused).toContain('not global unicast');
    expect(checkTarget('http://user@127.0.0.1:9000/', LOOPBACK).refused).toContain('credentials');
  });

  it('leaves a name outside the scheme and port rules to the address it resolves to', () => {
    expect(checkTarget('http://partner.example/', LOOPBACK)).toMatchObject({
      refused: null,
      target: { onlyAllowListed: true },
    });
  });
});

describe('checkAddress', () => {
  it.each(['0x7f.1', '2130706433', '127.1', 'fe80::1%eth0', '[::1]', ' 8.8.8.8', 'partner.example', ''])(
    'refuses what is no canonical address: "%s"',
    (text) => {
      expect(checkAddress(text, parseAllowTargets(['0.0.0.0/0', '::/0']))).toContain('no plain IP address');
    },
  );

  it('asks for the allow list where scheme or port are outside the rules', () => {
    expect(checkAddress('8.8.8.8', LOOPBACK, true)).toContain('only https');
    expect(checkAddress('127.0.0.2', LOOPBACK, true)).toBeNull();
  });
});

describe('parseAllowTargets', () => {
  it('reads CIDRs and bare addresses of both families', () => {
    const allow = parseAllowTargets(['10.0.0.0/8', ' fd00::/8 ', '192.168.1.5']);
    expect(checkAddress('10.9.9.9', allow)).toBeNull();
    expect(checkAddress('fd12::1', allow)).toBeNull();
    expect(checkAddress('192.168.1.5', allow)).toBeNull();
    expect(checkAddress('192.168.1.6', allow)).not.toBeNull();
  });

  it.each([
    '',
    'partner.example',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10/8',
    '::/129',
    'fe80::%eth0/64',
    '10.0.0.0/-1',
  ])('names the wrong one: "%s"', (cidr) => {
    expect(() => parseAllowTargets(['127.0.0.1', cidr])).toThrow(`"${cidr}" is not a CIDR`);
  });
});
