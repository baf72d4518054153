import { describe, expect, it } from '@jest/globals';
import { Problem } from '@newsrelay/contracts/problem';
import { articleOfNinjs, isNinjs } from './ninjs.js';

const least = { uri: 'urn:x:1', headlines: [{ value: '题' }], bodies: [{ value: '文' }] };

function refusedPaths(item: unknown, source?: string): string[] | undefined {
  try {
    articleOfNinjs(item, source);
  } catch (error) {
    if (error instanceof Problem) return error.errors?.map(({ path }) => path);
    throw error;
  }
  throw new Error('it was taken');
}

describe('articleOfNinjs', () => {
  it('reads the least that ninjs asks for', () => {
    expect(articleOfNinjs(least, 'wire')).toMatchObject({
      source: 'wire',
      sourceId: 'urn:x:1',
      headline: '题',
      body: ['文'],
      bylines: [],
      embargoUntil: null,
    });
  });
  it('reads the embargo by the name of version 3', () => {
    const embargoedUntil = '2099-01-01T00:00:00Z';
    expect(articleOfNinjs({ ...least, embargoedUntil }, 'wire').embargoUntil).toBe(embargoedUntil);
    expect(refusedPaths({ ...least, embargoedUntil: 'soon' }, 'wire')).toEqual(['/embargoedUntil']);
  });
  it('refuses what ninjs 3 does not name, and other versions of it', () => {
    // The name of ninjs 2: left unread it would publish what is embargoed.
    expect(refusedPaths({ ...least, embargoed: '2099-01-01T00:00:00Z' }, 'wire')).toEqual(['/embargoed']);
    expect(refusedPaths(JSON.parse('{"uri":"x","__proto__":{},"a/b":1}'), 'wire')).toEqual([
      '/__proto__',
      '/a~1b',
    ]);
    for (const version of ['2.1', '1.3', '30']) {
      const item = { ...least, standard: { name: 'ninjs', version } };
      expect(refusedPaths(item, 'wire')).toEqual(['/standard/version']);
    }
    const named = {
      ...least,
      standard: { name: 'ninjs', version: '3.3' },
      urgency: 3,
      contentDigitised: 'x',
    };
    expect(articleOfNinjs(named, 'wire').headline).toBe('题');
  });
  it('takes no time of a version for the time of publication', () => {
    const versionCreated = '2025-01-03T00:00:00+08:00';
    expect(articleOfNinjs({ ...least, versionCreated }, 'wire')).toMatchObject({ versionCreated });
    expect(articleOfNinjs({ ...least, versionCreated }, 'wire').publishedAt).toBeUndefined();
    const contentCreated = '2025-01-02T00:00:00+08:00';
    expect(articleOfNinjs({ ...least, versionCreated, contentCreated }, 'wire').publishedAt).toBe(
      contentCreated,
    );
    expect(refusedPaths({ ...least, versionCreated: 'now' }, 'wire')).toEqual(['/versionCreated']);
    expect(refusedPaths({ ...least, contentCreated: 'now' }, 'wire')).toEqual(['/contentCreated']);
  });
  it('takes the source of the query before that of the item', () => {
    const item = { ...least, infoSources: [{ role: 'x' }, { name: 'agency' }] };
    expect(articleOfNinjs(item, undefined).source).toBe('agency');
    expect(articleOfNinjs(item, 'wire').source).toBe('wire');
    expect(refusedPaths(least)).toEqual(['/infoSources']);
  });
  it('splits plain text at empty lines where there are any, else at each', () => {
    const bodyOf = (value: string) => articleOfNinjs({ ...least, bodies: [{ value }] }, 'wire').body;
    expect(bodyOf('一\r\n\r\n二\r\n三')).toEqual(['一', '二\n三']);
    expect(bodyOf('一\n \n\n二')).toEqual(['一', '二']);
    expect(bodyOf('一\n二')).toEqual(['一', '二']);
  });
  it('tells HTML by role or media type', () => {
    for (const kind of [{ role: 'html' }, { contentType: 'text/html; charset=utf-8' }]) {
      const article = articleOfNinjs({ ...least, bodies: [{ ...kind, value: '<p>x</p>' }] }, 'wire');
      expect([article.bodyHtml, article.body]).toEqual(['<p>x</p>', undefined]);
    }
  });
  it('takes the byline where no people are named', () => {
    expect(articleOfNinjs({ ...least, by: '曹俐' }, 'wire').bylines).toEqual([{ role: null, name: '曹俐' }]);
    expect(
      articleOfNinjs({ ...least, by: '曹俐', people: [{ name: '刘菲', rel: '责任编辑' }] }, 'wire'),
    ).toMatchObject({ bylines: [{ role: null, name: '曹俐' }], editor: '刘菲' });
  });
  it('leaves alone what Newsrelay has no place for', () => {
    expect(articleOfNinjs({ ...least, urgency: 1, events: [{}], standard: { x: 1 } }, 'wire').headline).toBe(
      '题',
    );
  });
  it.each([
    [null, ['']],
    [{ ...least, uri: 1 }, ['/uri']],
    [{ ...least, headlines: [] }, ['/headlines']],
    [{ ...least, pubStatus: 'canceled' }, ['/pubStatus']],
    [{ ...least, headlines: [{ value: ' ' }] }, ['/headlines']],
    [{ ...least, bodies: [{ value: ' ' }] }, ['/bodies']],
  ])('refuses %j', (item, paths) => {
    expect(refusedPaths(item, 'wire')).toEqual(paths);
  });
});

describe('isNinjs', () => {
  it('reads the media type alone', () => {
    expect(isNinjs('application/vnd.iptc.ninjs+json; charset=utf-8')).toBe(true);
    expect(isNinjs('Application/VND.iptc.ninjs+json')).toBe(true);
    expect(isNinjs('application/json')).toBe(false);
    expect(isNinjs(undefined)).toBe(false);
  });
});
