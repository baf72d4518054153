import { describe, expect, it } from '@jest/globals';
import { directionOf } from './direction.js';

describe('directionOf', () => {
  it.each(['ar', 'he', 'fa-IR', 'ur', 'ug', 'yi', 'dv', 'az-Arab', 'AR-eg'])(
    '%s runs from the right',
    (language) => {
      expect(directionOf(language)).toBe('rtl');
    },
  );
  it.each(['zh-CN', 'en', 'ru', 'mn-Mong', 'az', 'ar-Latn', 'zh-CN-CN', 'xx'])('%s does not', (language) => {
    expect(directionOf(language)).toBeNull();
  });
});
