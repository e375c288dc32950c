import type { Command } from 'commander';
import { steeringVerbs, type SteeringVerb } from '#contracts';
import { actorName, apiOf } from '../context.js';
import { print, sharesOf } from '../output.js';

const about: Readonly<Record<SteeringVerb, string>> = {
  promote: 'give the candidate, or a version, all of the traffic',
  rollback: 'give the champion all of the traffic, at once',
  pause: 'freeze the traffic plan; evidence goes on',
  resume: 'let the strategy go on',
};

/** `promote`, `rollback`, `pause`, `resume`: each recorded with who, when and why. */
export function registerSteering(program: Command): void {
  for (const verb of steeringVerbs) {
    const command = program
      .command(verb)
      .argument('<name>', 'the endpoint')
      .option('--reason <text>', 'why; stands in the events')
      .description(about[verb]);
    if (verb === 'promote') command.option('--version <version>', 'which one, where there are several');
    command.action(async (name: string, options: { reason?: string; version?: string }, self: Command) => {
      const api = apiOf(self);
      const answer = await api.steer(name, verb, { ...options, actor: actorName() });
      if ('origin' in answer) {
        print(
          self,
          answer,
          () => `endpoint ${name}: ${verb} done; plan ${answer.epoch}: ${sharesOf(answer.allocation)}\n${answer.note}`,
        );
        return;
      }
      const view = await api.get(name);
      print(
        self,
        answer,
        () =>
          `endpoint ${name}: ${verb} done; plan ${view.epoch}: ${sharesOf(view.plan.allocation)}, ${view.rollout.status}`,
      );
    });
  }
}
