import { describe, expect, it } from '@jest/globals';
import { needsPerson } from './needs-person.js';

describe('needsPerson', () => {
  it('asks for a person where an outlet cannot take down what is to be taken down, and nowhere else', () => {
    expect(needsPerson('withdraw', { deletes: false })).toContain('a person has to');
    expect(needsPerson('withdraw', { deletes: true })).toBeNull();
    expect(needsPerson('publish', { deletes: false })).toBeNull();
  });
});
