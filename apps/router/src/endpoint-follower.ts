import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { KafkaBatchServer, PlansView, VersionsView } from '#kafka';
import { LOGGER, type Logger, Readiness } from '#platform';

/** Reads the requests of every endpoint that has a plan or, before its first plan, versions; until it is deleted. */
@Injectable()
export class EndpointFollower implements OnModuleInit {
  private readonly joined = new Set<string>();
  private caughtUp = false;
  private started = false;

  constructor(
    private readonly server: KafkaBatchServer,
    private readonly plans: PlansView,
    private readonly versions: VersionsView,
    private readonly readiness: Readiness,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.plans.onChange(({ endpoint }) => this.look(endpoint));
    this.versions.onChange(({ endpoint }) => this.look(endpoint));
    this.readiness.add('requests', () => this.hasStarted());
    void this.server.caughtUp.then(() => {
      this.caughtUp = true;
      for (const endpoint of this.wanted()) this.look(endpoint);
    });
  }

  /** Whether it has joined the groups of the endpoints that were there; ones that come later are joined as they come. */
  private hasStarted(): boolean | string {
    if (this.started) return true;
    if (!this.caughtUp) return 'the plans';
    const missing = [...this.wanted()].filter((endpoint) => !this.joined.has(endpoint));
    this.started = missing.length === 0;
    return this.started || `the groups of ${missing.join(', ')}`;
  }

  private wanted(): Set<string> {
    const named = [...this.plans.all(), ...this.versions.all()].map(({ endpoint }) => endpoint);
    return new Set(named.filter((endpoint) => this.isWanted(endpoint)));
  }

  private isWanted(endpoint: string): boolean {
    const plan = this.plans.get(endpoint);
    return plan === undefined ? this.versions.of(endpoint).length > 0 : plan.deleted !== true;
  }

  private look(endpoint: string): void {
    // What is read while catching up may be past: the endpoints that are left are followed afterwards.
    if (!this.caughtUp) return;
    const change = this.isWanted(endpoint) ? this.join(endpoint) : this.leave(endpoint);
    change.catch((error: unknown) => this.logger.error({ err: error, endpoint }, 'cannot follow its requests'));
  }

  private async join(endpoint: string): Promise<void> {
    if (this.joined.has(endpoint)) return;
    await this.server.follow('requests', { endpoint });
    // It may be gone again by now.
    if (this.isWanted(endpoint)) this.joined.add(endpoint);
  }

  private async leave(endpoint: string): Promise<void> {
    this.joined.delete(endpoint);
    await this.server.unfollow('requests', { endpoint });
  }
}
