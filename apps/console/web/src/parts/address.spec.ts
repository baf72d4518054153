import { describe, expect, it } from '@jest/globals';
import { safeHref } from './address.js';

describe('safeHref', () => {
  it.each(['https://partner.example/a?b=c', 'http://127.0.0.1:8080/x'])('lets %s be a link', (address) => {
    expect(safeHref(address)).toBe(address);
  });
  it.each([
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    '/relative',
    '',
  ])('lets %j be none', (address) => {
    expect(safeHref(address)).toBeNull();
  });
  it('of nothing is nothing', () => {
    expect(safeHref(null)).toBeNull();
  });
});
