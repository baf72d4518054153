import { describe, expect, it, jest } from '@jest/globals';
import { InFlight } from './in-flight.js';

const LATER = performance.now() + 3_600_000;

describe('InFlight', () => {
  it('stops the requests of an article up to a version, and no others', () => {
    const inFlight = new InFlight();
    const flights = {
      first: inFlight.begin('a', 1, LATER),
      second: inFlight.begin('a', 2, LATER),
      withdrawal: inFlight.begin('a', Number.POSITIVE_INFINITY, LATER),
      other: inFlight.begin('b', 1, LATER),
    };
    inFlight.abort('a', 1);
    expect(Object.entries(flights).filter(([, { signal }]) => signal.aborted)).toHaveLength(1);
    expect(() => {
      flights.first.beforeFirstByte();
    }).toThrow('withdrawn');
    inFlight.abort('a', Number.MAX_SAFE_INTEGER);
    expect(flights.second.signal.aborted).toBe(true);
    expect(flights.withdrawal.signal.aborted).toBe(false);
    flights.withdrawal.beforeFirstByte();
    flights.other.beforeFirstByte();
  });

  it('lets no request start once its lease is over', () => {
    const flight = new InFlight().begin('a', 1, performance.now() - 1);
    expect(() => {
      flight.beforeFirstByte();
    }).toThrow('lease');
  });

  it('nor after the machine was suspended past it, while the monotonic clock stood still', () => {
    const flight = new InFlight().begin('a', 1, performance.now() + 20_000);
    flight.beforeFirstByte();
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 25_000);
    expect(() => {
      flight.beforeFirstByte();
    }).toThrow('lease');
    clock.mockRestore();
  });

  it('knows which articles are under way', () => {
    const inFlight = new InFlight();
    const [first, second, other] = [
      inFlight.begin('a', 1, LATER),
      inFlight.begin('a', 2, LATER),
      inFlight.begin('b', 1, LATER),
    ];
    expect(inFlight.articles().sort()).toEqual(['a', 'b']);
    first.land();
    expect(inFlight.has('a')).toBe(true);
    second.land();
    other.land();
    expect(inFlight.articles()).toEqual([]);
    inFlight.abort('a', 1);
    expect(first.signal.aborted).toBe(false);
  });

  it('stops what carries the content of another article that is withdrawn, and forgets it with the flight', () => {
    const inFlight = new InFlight();
    const flight = inFlight.begin('a', 1, LATER);
    flight.carries(['b', 'c', 'b']);
    expect(inFlight.articles().sort()).toEqual(['a', 'b', 'c']);
    inFlight.abort('c', 3);
    expect(flight.signal.aborted).toBe(true);
    flight.land();
    expect(inFlight.articles()).toEqual([]);
  });
});
