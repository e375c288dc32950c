import { Controller } from '@nestjs/common';
import { evidence } from '#contracts';
import { DeadLetters, forEachReadable, OnBatch, type RecordBatch } from '#kafka';
import { EvidenceStore } from './evidence-store.js';

/** Takes in what feedback knows. */
@Controller()
export class EvidenceConsumer {
  constructor(
    private readonly store: EvidenceStore,
    private readonly deadLetters: DeadLetters,
  ) {}

  @OnBatch('evidence')
  async onEvidence(batch: RecordBatch): Promise<void> {
    const now = Date.now();
    await forEachReadable(batch, evidence, this.deadLetters, (value) => this.store.apply(value, now));
  }
}
