import { runService } from '#platform';
import { feedback } from './feedback.service.js';

await runService(feedback);
