/**
 * Preloaded into the processes of the comparison (`--import`): wherever Weir asks for its installed rules, it
 * gets the peer's seven. Nothing in the product knows of it.
 */
import { registerHooks } from 'node:module';

const INSTALLED = new URL('../processors/rules/index.ts', import.meta.url).href;
const PEERS = new URL('./peer/rules.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    return resolved.url === INSTALLED ? { ...resolved, url: PEERS } : resolved;
  },
});
