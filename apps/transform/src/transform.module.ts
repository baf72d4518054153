import { Module, type DynamicModule } from '@nestjs/common';
import { ArticleEventsController } from './article-events.controller.js';
import { Distribution } from './distribution.js';
import { TransformEvents } from './events.js';
import { LostEventsSweep } from './lost-events-sweep.js';
import { PUBLIC_URL, Renderer } from './rendering/renderer.js';
import { Router } from './routing/router.js';

export interface TransformSettings {
  NEWSRELAY_PUBLIC_URL: string;
}

/** Routes and renders. Needs the telemetry, ledger and messaging modules of its process. */
@Module({})
export class TransformModule {
  static forRoot(settings: TransformSettings): DynamicModule {
    return {
      module: TransformModule,
      controllers: [ArticleEventsController],
      providers: [
        TransformEvents,
        Router,
        Renderer,
        Distribution,
        LostEventsSweep,
        { provide: PUBLIC_URL, useValue: settings.NEWSRELAY_PUBLIC_URL },
      ],
    };
  }
}
