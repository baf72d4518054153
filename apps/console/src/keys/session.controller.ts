import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import { Caller, type Identity } from '@newsrelay/http-api/identity';
import { permissionsOf } from '@newsrelay/http-api/roles';
import { Needs, Open } from '@newsrelay/http-api/route-marks';
import { Sessions, TooManyLogins } from './sessions.js';

export const loginInput = z.strictObject({ key: z.string().min(1).max(500) });

/** Login and logout of browsers, and who somebody is. */
@Controller()
export class SessionController {
  constructor(@Inject(Sessions) private readonly sessions: Sessions) {}

  @Post('session')
  @Open()
  @HttpCode(204)
  async open(
    @Body({ schema: loginInput }) { key }: z.infer<typeof loginInput>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    try {
      reply.header('set-cookie', await this.sessions.open(key, request)).header('cache-control', 'no-store');
    } catch (error) {
      if (error instanceof TooManyLogins) reply.header('retry-after', String(error.retryAfter));
      throw error;
    }
  }

  @Delete('session')
  @Open()
  @HttpCode(204)
  async close(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    reply.header('set-cookie', await this.sessions.close(request)).header('cache-control', 'no-store');
  }

  /** `may` is what the caller's role is allowed, so that a page shows no button in vain. */
  @Get('api/v1/me')
  @Needs('me')
  me(@Caller() { keyId, keyName, role, source, expiresAt }: Identity) {
    return {
      id: keyId,
      name: keyName,
      role,
      source,
      may: permissionsOf(role),
      ...(expiresAt === null ? {} : { expiresAt: toShanghaiTime(expiresAt) }),
    };
  }
}
