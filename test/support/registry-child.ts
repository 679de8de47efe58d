/** The schema registry of the tests as a process of its own, for containers: `registry-child.ts PORT`. */
import { RegistryServer } from './registry-server.ts';

const registry = await RegistryServer.start(Number(process.argv[2]), '0.0.0.0');
process.once('SIGTERM', () => void registry.stop());
