import { Injectable } from '@nestjs/common';
import { Heartbeater } from './heartbeater.js';

/** Says that an instance lives, where it has nothing else to say: a provider of services that only people ask about. */
@Injectable()
export class Presence {
  constructor(heartbeater: Heartbeater) {
    heartbeater.describe(() => ({}));
  }
}
