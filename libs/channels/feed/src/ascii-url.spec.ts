import { describe, expect, it } from '@jest/globals';
import { asciiUrl } from './ascii-url.js';

describe('asciiUrl', () => {
  it.each([
    ['https://example.com/a?x=1&y=2#z', 'https://example.com/a?x=1&y=2#z'],
    [
      'https://例え.example/图/a b.jpg?q=图#图',
      'https://xn--r8jz45g.example/%E5%9B%BE/a%20b.jpg?q=%E5%9B%BE#%E5%9B%BE',
    ],
    [
      'https://example.com/[1]|a^b`c{d}\\?a[]=1|2&q={x}^`',
      'https://example.com/%5B1%5D%7Ca%5Eb%60c%7Bd%7D/?a%5B%5D=1%7C2&q=%7Bx%7D%5E%60',
    ],
    ['https://example.com/a#b#c[d]', 'https://example.com/a#b%23c%5Bd%5D'],
    ['https://example.com/100%/%zz/%E5', 'https://example.com/100%25/%25zz/%E5'],
    ['http://[2001:DB8::1]:8080/[x]', 'http://[2001:db8::1]:8080/%5Bx%5D'],
  ])('writes %s in the characters of RFC 3986', (url, ascii) => {
    expect(asciiUrl(url)).toBe(ascii);
    expect(asciiUrl(ascii)).toBe(ascii);
  });

  it('refuses what is no address', () => {
    expect(() => asciiUrl('/relative')).toThrow('Invalid URL');
  });
});
