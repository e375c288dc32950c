import { runService } from '#platform';
import { ingress } from './ingress.service.js';

await runService(ingress);
