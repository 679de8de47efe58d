/** All commands of the command line. */
import { Command } from 'commander';
import type { Cli, Declare } from './cli.ts';
import { declareConfig } from './config.ts';
import { declareDashboards } from './dashboards.ts';
import { declareDocs } from './docs.ts';
import { declareEmergency } from './emergency.ts';
import { declareEvaluate } from './evaluate.ts';
import { declareFreeze } from './freeze.ts';
import { declareImport } from './import.ts';
import { declareKeys } from './keys.ts';
import { declareRead } from './read.ts';
import { declareReplay } from './replay.ts';
import { declareRules } from './rules.ts';
import { declareRun } from './run.ts';
import { declareSchemas } from './schema-history.ts';
import { declareStart } from './start.ts';
import { declareStatus } from './status.ts';
import { declareTopics } from './topics.ts';
import { declareUsers } from './users.ts';

const COMMANDS: readonly Declare[] = [
  declareStart,
  declareRun,
  declareStatus,
  declareConfig,
  declareTopics,
  declareRead,
  declareImport,
  declareEvaluate,
  declareRules,
  declareFreeze,
  declareEmergency,
  declareReplay,
  declareKeys,
  declareUsers,
  declareDashboards,
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
