import type { Command } from 'commander';
import { registerApply } from './apply.js';
import { registerApprove } from './approve.js';
import { registerAudit } from './audit.js';
import { registerBacktest } from './backtest.js';
import { registerCompletion } from './completion.js';
import { registerDeadLetters } from './deadletters.js';
import { registerDelete } from './delete.js';
import { registerDescribe } from './describe.js';
import { registerDiff } from './diff.js';
import { registerEvaluate } from './evaluate.js';
import { registerEvents } from './events.js';
import { registerExport } from './export.js';
import { registerForget } from './forget.js';
import { registerGet } from './get.js';
import { registerHistory } from './history.js';
import { registerManifest } from './manifest.js';
import { registerPredict } from './predict.js';
import { registerSimulate } from './simulate.js';
import { registerStatus } from './status.js';
import { registerSteering } from './steering.js';
import { registerTemplates } from './templates.js';
import { registerTruth } from './truth.js';
import { registerUpdate } from './update.js';
import { registerWait } from './wait.js';
import { registerWatch } from './watch.js';

/** Every command: a new one is one file and one line. */
export const commands: readonly ((program: Command) => void)[] = [
  registerApply,
  registerUpdate,
  registerDiff,
  registerManifest,
  registerTemplates,
  registerGet,
  registerDescribe,
  registerWatch,
  registerWait,
  registerHistory,
  registerEvents,
  registerSteering,
  registerApprove,
  registerDelete,
  registerPredict,
  registerTruth,
  registerSimulate,
  registerEvaluate,
  registerExport,
  registerAudit,
  registerForget,
  registerBacktest,
  registerStatus,
  registerDeadLetters,
  registerCompletion,
];
