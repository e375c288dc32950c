import { runService } from '#platform';
import { router } from './router.service.js';

await runService(router);
