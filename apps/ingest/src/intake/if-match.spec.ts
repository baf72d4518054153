import { describe, expect, it } from '@jest/globals';
import { Problem } from '@newsrelay/contracts/problem';
import { articleETag, checkIfMatch } from './if-match.js';

describe('checkIfMatch', () => {
  it.each([undefined, '*', ' * ', '"3"', '"1", "3"', articleETag(3)])(
    'lets %j pass at version 3',
    (header) => {
      expect(() => {
        checkIfMatch(header, 3);
      }).not.toThrow();
    },
  );
  it.each(['"2"', 'W/"3"', '3', '', '"33"', '"1","2"'])('refuses %j at version 3', (header) => {
    expect(() => {
      checkIfMatch(header, 3);
    }).toThrow(Problem);
  });
});
