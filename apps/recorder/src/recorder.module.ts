import { type DynamicModule, Module } from '@nestjs/common';
import { DatabaseModule } from '#database';
import { KafkaModule, Presence } from '#kafka';
import { BacktestPredictionsConsumer } from './backtests/on-backtest-predictions.consumer.js';
import type { RecorderConfig } from './config.js';
import { PredictionsConsumer } from './on-predictions.consumer.js';
import { PartitionKeeper, RETENTION_DAYS } from './partition-keeper.js';
import { PredictionRecorder } from './prediction-recorder.js';
import { RecorderMetrics } from './recorder-metrics.js';

// One transaction at a time for the log and one for backtests; a third connection is for health and partitions.
const connections = 3;
// Rows handed out and not yet written: enough to fill a transaction while another is under way.
const maxInFlight = 8_192;
// Nobody waits for a row: a fetch and a transaction for each would cost more CPU than to serve the request.
const portion = { minBytes: 256 * 1024, maxWaitMs: 200 };

@Module({})
export class RecorderModule {
  static with(config: RecorderConfig): DynamicModule {
    return {
      module: RecorderModule,
      imports: [KafkaModule.for(config, { maxInFlight, portion }), DatabaseModule.for(config, connections)],
      controllers: [BacktestPredictionsConsumer, PredictionsConsumer],
      providers: [
        { provide: RETENTION_DAYS, useValue: config.RETENTION_DAYS },
        PredictionRecorder,
        PartitionKeeper,
        Presence,
        RecorderMetrics,
      ],
    };
  }
}
