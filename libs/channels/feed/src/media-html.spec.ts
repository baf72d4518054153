import { describe, expect, it } from '@jest/globals';
import type { Media } from '@newsrelay/contracts/article';
import { mediaHtml } from './media-html.js';

const picture = (url: string, fields: Partial<Media> = {}): Media => ({
  url,
  type: 'image/jpeg',
  caption: '',
  credit: '',
  alt: '',
  ...fields,
});
const IMAGE = 'https://example.com/img/1';
const htmlOf = (media: Media[], bodyHtml: string | null = null, body: string[] = [], language = 'zh-CN') =>
  mediaHtml({ media, bodyHtml, body, language }).join('');

describe('mediaHtml', () => {
  it.each([
    ['another picture whose address begins alike', '<img src="https://example.com/img/10" />'],
    ['the address as text', '<p>https://example.com/img/1</p>'],
    ['a link to it', '<a href="https://example.com/img/1">图</a>'],
    [
      'the address in an alternative text',
      '<img alt="https://example.com/img/1" src="https://example.com/2" />',
    ],
  ])('shows a picture beside %s', (_, bodyHtml) => {
    expect(htmlOf([picture(IMAGE)], bodyHtml)).toBe(`<figure><img src="${IMAGE}" alt=""/></figure>`);
  });

  it.each([
    [IMAGE, '<p><img src="https://example.com/img/1" /></p>'],
    ['https://example.com/%E5%9B%BE.jpg', '<img src="https://example.com/图.jpg">'],
    ['https://example.com/图.jpg', '<img src="https://example.com/%E5%9B%BE.jpg">'],
    [
      'https://example.com/a?x=1&y=2',
      '<figure><img alt="" src="https://example.com/a?x=1&amp;y=2"></figure>',
    ],
    ['https://example.com/a', '<img src="HTTPS://Example.com:443/a">'],
  ])('shows %s once where the body has it', (url, bodyHtml) => {
    expect(htmlOf([picture(url)], bodyHtml)).toBe('');
  });

  it('keeps the caption and credit of a picture that the body shows, unless the body says them', () => {
    const media = [picture(IMAGE, { caption: '推介会 现场', credit: '曹俐' })];
    const shown = `<img src="${IMAGE}" />`;
    expect(htmlOf(media, shown)).toBe('<p>图：推介会 现场（曹俐）</p>');
    expect(htmlOf(media, shown, ['推介会现场'])).toBe('<p>图：曹俐</p>');
    expect(htmlOf(media, shown, ['推介会现场 曹俐 摄'])).toBe('');
  });

  it('shows film and sound, as a link where a reader knows no player', () => {
    const video = picture('https://example.com/a.mp4?x=1&y=2', {
      type: 'video/mp4',
      caption: '<说明>',
      credit: '李四',
    });
    expect(htmlOf([video])).toBe(
      '<figure><video src="https://example.com/a.mp4?x=1&amp;y=2" controls="" preload="none">' +
        '<a href="https://example.com/a.mp4?x=1&amp;y=2">视频</a></video>' +
        '<figcaption>&lt;说明&gt;（视频：李四）</figcaption></figure>',
    );
    const audio = picture('https://example.com/a.mp3', { type: 'audio/mpeg', credit: 'Li' });
    expect(htmlOf([audio], null, [], 'en')).toContain(
      '>Audio</a></audio><figcaption>(Audio: Li)</figcaption>',
    );
  });
});
