import { Controller, Get, Inject } from '@nestjs/common';
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
  document(): object {
    return this.#document;
  }
}
