import { ControlTables1764000000001 } from './0001-control-tables.js';
import { PredictionLog1764000000002 } from './0002-prediction-log.js';
import { GroundTruth1764000000003 } from './0003-ground-truth.js';
import { Statistics1764000000004 } from './0004-statistics.js';
import { JoinHints1764000000005 } from './0005-join-hints.js';
import { Latencies1764000000007 } from './0007-latencies.js';
import { BanditStatistics1764000000008 } from './0008-bandit-statistics.js';
import { TruthAndJoins1764000000009 } from './0009-truth-and-joins.js';
import { Analytics1764000000010 } from './0010-analytics.js';
import { Backtests1764000000011 } from './0011-backtests.js';
import { VersionHealth1764000000012 } from './0012-version-health.js';
import { Retention1764000000015 } from './0015-retention.js';
import { DaysReadInOneGo1764000000016 } from './0016-days-read-in-one-go.js';
import { DeclaredAnswers1764000000017 } from './0017-declared-answers.js';
import { BucketRetention1764000000018 } from './0018-bucket-retention.js';
import { Artifacts1764000000019 } from './0019-artifacts.js';
import { Notifications1764000000020 } from './0020-notifications.js';
import { Approvals1764000000021 } from './0021-approvals.js';
import { Templates1764000000022 } from './0022-templates.js';
import { DeadLetterReplays1764000000027 } from './0027-dead-letter-replays.js';

/** Every migration in its order: a new one is one file and one line here. What has been released is never edited. */
export const migrations = [
  ControlTables1764000000001,
  PredictionLog1764000000002,
  GroundTruth1764000000003,
  Statistics1764000000004,
  JoinHints1764000000005,
  Latencies1764000000007,
  BanditStatistics1764000000008,
  TruthAndJoins1764000000009,
  Analytics1764000000010,
  Backtests1764000000011,
  VersionHealth1764000000012,
  Retention1764000000015,
  DaysReadInOneGo1764000000016,
  DeclaredAnswers1764000000017,
  BucketRetention1764000000018,
  Artifacts1764000000019,
  Notifications1764000000020,
  Approvals1764000000021,
  Templates1764000000022,
  DeadLetterReplays1764000000027,
];
