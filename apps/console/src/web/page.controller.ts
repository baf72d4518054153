import { randomBytes } from 'node:crypto';
import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Problem } from '@newsrelay/contracts/problem';
import { Open } from '@newsrelay/http-api/route-marks';
import { readBuiltPage, type Asset, type BuiltPage } from './built-page.js';
import { pageHeaders } from './page-headers.js';

/** Stands in the built index where the answer's own nonce goes. */
const NONCE_PLACE = '__STYLE_NONCE__';

/** The operators' page. It is open: it holds nothing, and asks for the key itself. */
@Controller()
export class PageController {
  #page: Promise<BuiltPage | null> | undefined;

  @Get('/')
  @Open()
  async index(@Res() reply: FastifyReply): Promise<void> {
    const page = await this.#built();
    const nonce = randomBytes(16).toString('base64url');
    void reply.headers(pageHeaders(nonce));
    if (page === null) {
      await reply
        .status(404)
        .type('text/plain; charset=utf-8')
        .send('The page was not built here: npm run build.\n');
      return;
    }
    await reply.type('text/html; charset=utf-8').send(page.index.replace(NONCE_PLACE, nonce));
  }

  @Get('console/assets/:name')
  @Open()
  async asset(
    @Param('name') name: string,
    @Headers('accept-encoding') accepted: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asset = (await this.#built())?.assets.get(name);
    if (asset === undefined) throw new Problem(404, 'There is no such file: load the page again.');
    const { encoding, bytes } = encoded(asset, accepted ?? '');
    void reply.headers({
      'content-type': asset.type,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
      ...(encoding === null ? {} : { 'content-encoding': encoding }),
    });
    await reply.send(bytes);
  }

  async #built(): Promise<BuiltPage | null> {
    const page = await (this.#page ??= readBuiltPage());
    // Built while the process runs: looked for again.
    if (page === null) this.#page = undefined;
    return page;
  }
}

function encoded(asset: Asset, accepted: string): { encoding: string | null; bytes: Buffer } {
  const offers = accepted.split(',').map((offer) => offer.trim().toLowerCase());
  const takes = (name: string) =>
    offers.some((offer) => offer.startsWith(name) && !/;\s*q=0(\.0*)?$/.test(offer));
  if (asset.brotli !== null && takes('br')) return { encoding: 'br', bytes: asset.brotli };
  if (asset.gzip !== null && takes('gzip')) return { encoding: 'gzip', bytes: asset.gzip };
  return { encoding: null, bytes: asset.plain };
}
