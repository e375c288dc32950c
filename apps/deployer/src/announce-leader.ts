import { Injectable } from '@nestjs/common';
import { Heartbeater } from '#kafka';
import { LeaderLease } from './leader-lease.js';

/** Says that this instance lives, and whether it leads. */
@Injectable()
export class AnnounceLeader {
  constructor(lease: LeaderLease, heartbeater: Heartbeater) {
    heartbeater.describe(() => ({ leads: lease.leads }));
    lease.onTerm((term) => {
      heartbeater.changed();
      term.addEventListener('abort', () => heartbeater.changed(), { once: true });
    });
  }
}
