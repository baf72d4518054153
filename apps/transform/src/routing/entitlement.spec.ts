import { describe, expect, it } from '@jest/globals';
import { isEntitled } from './entitlement.js';

const article = { source: 'jngxq', sections: ['要闻', '民生'], keywords: ['工会'] };
const filter = (fields: object) => ({ sections: [], sources: [], keywords: [], ...fields });

describe('isEntitled', () => {
  it.each([
    [{}, true],
    [{ sections: ['民生', '体育'] }, true],
    [{ sections: ['体育'] }, false],
    [{ sources: ['jngxq'] }, true],
    [{ sources: ['other'] }, false],
    [{ keywords: ['工会'] }, true],
    [{ sections: ['要闻'], keywords: ['工会'], sources: ['jngxq'] }, true],
    [{ sections: ['要闻'], keywords: ['教育'] }, false],
    [{ sections: ['要'] }, false],
  ])('with %j says %s', (fields, entitled) => {
    expect(isEntitled(filter(fields), article)).toBe(entitled);
  });
  it('never meets a list with nothing', () => {
    const bare = { source: 'jngxq', sections: [], keywords: [] };
    expect(isEntitled(filter({}), bare)).toBe(true);
    expect(isEntitled(filter({ sections: ['要闻'] }), bare)).toBe(false);
  });
});
