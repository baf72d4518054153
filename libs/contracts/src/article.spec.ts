import { describe, expect, it } from '@jest/globals';
import { approvalInput, discardInput } from './article.js';

describe('the version that is approved or discarded', () => {
  it.each([approvalInput, discardInput])('is no larger than the ledger can look for', (input) => {
    const given = (version: number) => ({ version, ...(input === approvalInput ? { repairs: {} } : {}) });
    expect(input.safeParse(given(2 ** 31 - 1)).success).toBe(true);
    expect(input.safeParse(given(2 ** 31)).success).toBe(false);
    expect(input.safeParse(given(0)).success).toBe(false);
  });
});
