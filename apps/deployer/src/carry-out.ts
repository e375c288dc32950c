import { Injectable } from '@nestjs/common';
import type { BrokenGlass, Steering } from '#contracts';
import { ChangeArms } from './change-arms.js';
import { PinRequests } from './pin-requests.js';
import { RollBack } from './roll-back.js';
import { SteerEndpoint } from './steer-endpoint.js';
import type { Author } from './store/changes.js';

/** Every verb with whom it is a matter of. */
@Injectable()
export class CarryOut {
  constructor(
    private readonly rollBack: RollBack,
    private readonly steer: SteerEndpoint,
    private readonly arms: ChangeArms,
    private readonly pins: PinRequests,
  ) {}

  /** @returns the epoch of the plan in force after it, or what was done without Postgres; @throws as they do */
  verb(name: string, steering: Steering, author: Author): Promise<number | BrokenGlass> {
    switch (steering.verb) {
      case 'rollback':
        return this.rollBack.rollBack(name, author);
      case 'promote':
        return this.steer.move(name, steering, author);
      case 'set-weight':
        return this.steer.setWeight(name, steering, author);
      case 'pause':
      case 'resume':
        return this.steer.suspend(name, steering.verb, author);
      case 'add-arm':
      case 'retire-arm':
        return this.arms.change(name, steering.verb, steering.version, author);
      case 'pin':
        return this.pins.pin(name, steering, author);
      case 'unpin':
        return this.pins.unpin(name, steering.when, author);
    }
  }
}
