import { siteUrl, type Site } from '../site.js';

/** What is nobody's to read but operators': it would ask for a key. */
const CLOSED = ['/api/', '/console/', '/queues', '/session', '/health/', '/metrics'];
const OPEN = ['/articles/', '/feeds', '/opml.xml', '/sitemap.xml', '/news-sitemap.xml'];

/** RFC 9309, with the `Sitemap` lines of sitemaps.org. Paths count from the host, whatever path the public URL has. */
export function robots(site: Site): string {
  const prefix = new URL(site.publicUrl).pathname.replace(/\/$/, '');
  return [
    'User-agent: *',
    ...OPEN.map((path) => `Allow: ${prefix}${path}`),
    ...CLOSED.map((path) => `Disallow: ${prefix}${path}`),
    '',
    `Sitemap: ${siteUrl(site, '/sitemap.xml')}`,
    `Sitemap: ${siteUrl(site, '/news-sitemap.xml')}`,
    '',
  ].join('\n');
}
