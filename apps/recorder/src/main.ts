import { runService } from '#platform';
import { recorder } from './recorder.service.js';

await runService(recorder);
