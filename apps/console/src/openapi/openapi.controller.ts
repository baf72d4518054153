import { Controller, Get, Inject } from '@nestjs/common';
import { Open } from '@newsrelay/http-api/route-marks';
import { openapiDocument } from './openapi-document.js';

/** Injection token of the public URL. */
export const PUBLIC_URL = Symbol('PublicUrl');

@Controller('api/v1/openapi.json')
export class OpenapiController {
  readonly #document: object;

  constructor(@Inject(PUBLIC_URL) publicUrl: string) {
    this.#document = openapiDocument(publicUrl);
  }

  @Get()
  @Open()
  document(): object {
    return this.#document;
  }
}
