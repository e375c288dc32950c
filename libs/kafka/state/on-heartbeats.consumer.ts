import { Controller } from '@nestjs/common';
import { heartbeat } from '#contracts';
import { DeadLetters } from '../dead-letters.js';
import { KafkaBatchServer } from '../kafka-batch-server.js';
import { OnBatch } from '../on-batch.js';
import { forEachReadable } from '../read-json.js';
import type { RecordBatch } from '../records.js';
import { HeartbeatsView } from './heartbeats.view.js';

/** Keeps `HeartbeatsView` up to date. */
@Controller()
export class HeartbeatsConsumer {
  private live = false;

  constructor(
    private readonly heartbeats: HeartbeatsView,
    private readonly deadLetters: DeadLetters,
    server: KafkaBatchServer,
  ) {
    void server.caughtUp.then(() => (this.live = true));
  }

  @OnBatch('heartbeats')
  async onHeartbeats(batch: RecordBatch): Promise<void> {
    const now = Date.now();
    await forEachReadable(batch, heartbeat, this.deadLetters, (value, { timestamp }) => {
      // What was written before our start may be old; what comes afterwards is fresh, whatever the clocks say.
      this.heartbeats.apply(value, this.live ? 0 : Math.max(0, now - timestamp));
    });
  }
}
