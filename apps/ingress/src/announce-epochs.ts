import { Injectable } from '@nestjs/common';
import { Heartbeater, PlansView } from '#kafka';

/** Says by heartbeat which plans are in force here. */
@Injectable()
export class AnnounceEpochs {
  constructor(plans: PlansView, heartbeater: Heartbeater) {
    heartbeater.describe(() => ({ epochs: plans.epochs() }));
    plans.onChange(() => heartbeater.changed());
  }
}
