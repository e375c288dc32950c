import { type Command, InvalidArgumentError } from 'commander';
import { steeringVerbs, type RoutingRule, type SteeringVerb } from '#contracts';
import { actorName, apiOf } from '../context.js';
import { print, sharesOf } from '../output.js';

interface Options {
  readonly reason?: string;
  readonly version?: string;
  readonly weight?: number;
  readonly routingKey?: string;
  readonly header?: { readonly header: string; readonly equals: string };
}

interface Verb {
  readonly about: string;
  /** Options beside `--reason`. */
  readonly options?: (command: Command) => Command;
}

const named = (command: Command): Command => command.requiredOption('--version <version>', 'which one');
const whose = (command: Command): Command =>
  command
    .option('--routing-key <key>', 'requests with this routing key: one consumer')
    .option('--header <name=value>', 'requests with this header', readHeader);

const verbs: Readonly<Record<SteeringVerb, Verb>> = {
  promote: {
    about: 'give the candidate, or a version, all of the traffic',
    options: (command) => command.option('--version <version>', 'which one, where there are several'),
  },
  rollback: { about: 'give the champion all of the traffic, at once, with Postgres down too' },
  pause: { about: 'freeze the traffic plan; evidence goes on' },
  resume: { about: 'let the strategy go on' },
  'set-weight': {
    about: 'give a version a share of the traffic, from which the strategy goes on unless it is paused',
    options: (command) => named(command).requiredOption('--weight <share>', 'its share: 0.3, or 30%', readShare),
  },
  'add-arm': { about: 'let another version take part in a bandit', options: named },
  'retire-arm': { about: 'take a version out of a bandit', options: named },
  pin: {
    about: 'give a consumer, or requests with a header, to a version',
    options: (command) => whose(named(command)),
  },
  unpin: { about: 'let the allocation decide again', options: whose },
};

/** The verbs that steer an endpoint: each recorded with who, when and why. */
export function registerSteering(program: Command): void {
  for (const verb of steeringVerbs) {
    const { about, options = (command: Command) => command } = verbs[verb];
    const command = program
      .command(verb)
      .argument('<name>', 'the endpoint')
      .option('--reason <text>', 'why; stands in the events')
      .description(about);
    options(command).action(async (name: string, given: Options, self: Command) => {
      const api = apiOf(self);
      const answer = await api.steer(name, verb, { ...bodyOf(verb, given, self), actor: actorName() });
      if ('origin' in answer) {
        const { epoch, allocation, note } = answer;
        print(self, answer, () => `endpoint ${name}: ${verb} done; plan ${epoch}: ${sharesOf(allocation)}\n${note}`);
        return;
      }
      const { epoch, plan, rollout } = answer;
      print(
        self,
        answer,
        () => `endpoint ${name}: ${verb} done; plan ${epoch}: ${sharesOf(plan.allocation)}, ${rollout.status}`,
      );
    });
  }
}

function bodyOf(verb: SteeringVerb, { routingKey, header, ...body }: Options, self: Command): object {
  if (verb !== 'pin' && verb !== 'unpin') return body;
  if ((routingKey === undefined) === (header === undefined)) {
    self.error(`error: ${verb} takes one of --routing-key and --header`);
  }
  const when: RoutingRule['when'] | undefined = routingKey === undefined ? header : { routingKey };
  return { ...body, when };
}

/** `x-tier=gold` */
export function readHeader(text: string): { header: string; equals: string } {
  const at = text.indexOf('=');
  if (at > 0) return { header: text.slice(0, at), equals: text.slice(at + 1) };
  throw new InvalidArgumentError('expected name=value, such as x-tier=gold');
}

/** A share of the traffic: `0.3` or `30%`. */
export function readShare(text: string): number {
  const [, digits = '', sign] = /^(\d*\.?\d+) ?(%?)$/.exec(text) ?? [];
  const share = sign === '%' ? Number(digits) / 100 : Number(digits);
  if (digits !== '' && share > 0 && share < 1) return share;
  throw new InvalidArgumentError(
    'expected a share between 0 and 1 such as 0.3, or 30%; "promote" gives all, "rollback" none',
  );
}
