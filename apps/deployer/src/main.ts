import { runService } from '#platform';
import { deployer } from './deployer.service.js';

await runService(deployer);
