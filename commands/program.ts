/** All commands of the command line. */
import { Command } from 'commander';
import type { Cli, Declare } from './cli.ts';
import { declareConfig } from './config.ts';
import { declareDocs } from './docs.ts';
import { declareFreeze } from './freeze.ts';
import { declareKeys } from './keys.ts';
import { declareRead } from './read.ts';
import { declareRules } from './rules.ts';
import { declareSchemas } from './schema-history.ts';
import { declareTopics } from './topics.ts';

const COMMANDS: readonly Declare[] = [
  declareConfig,
  declareTopics,
  declareRead,
  declareRules,
  declareKeys,
  declareFreeze,
  declareDocs,
  declareSchemas,
];

export function buildProgram(cli: Cli): Command {
  const program = new Command('weir')
    .description('Stream-processing risk monitor for companies and banks that move customers’ money.')
    .version(cli.version)
    .showSuggestionAfterError()
    .exitOverride();
  for (const declare of COMMANDS) declare(program, cli);
  return program;
}
