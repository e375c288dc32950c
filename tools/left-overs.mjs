import { endLeftOverKafka } from './local-kafka.mjs';
import { endLeftOverPostgres } from './local-postgres.mjs';
import { commandLine, endProcess, isAlive, workingDirectory } from './processes.mjs';

/**
 * Ends what a run that was killed left running: the services first, then what they work on. A process counts as left
 * over only if its command line is still the one that was written down; a number that is another's by now is left alone.
 */
export async function endLeftOvers(state, say) {
  const written = state.read('processes.json', []);
  const left = written.filter(({ pid, program, cwd }) => {
    if (!isAlive(pid) || !commandLine(pid).includes(program)) return false;
    const folder = workingDirectory(pid);
    return folder === undefined || folder === cwd;
  });
  if (left.length > 0) {
    say(
      `Ending what an earlier run left behind: ${left.map(({ name, pid }) => `${name} (process ${pid})`).join(', ')}.`,
    );
    await Promise.all(left.map(({ pid }) => endProcess(pid)));
  }
  state.remove('processes.json');
  await Promise.all([endLeftOverKafka(state.kafka, say), endLeftOverPostgres(state.postgres, say)]);
}
