import { runService } from '#platform';
import { modelWorker } from './model-worker.service.js';

await runService(modelWorker);
