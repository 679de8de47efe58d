/** `weir topics`: every topic with what it carries and how much of it there is. */

import { formatDuration } from '../schemas/time.ts';
import { TOPIC_NAMES, TOPICS } from '../schemas/topics.ts';
import { accessOf, type Declare, settingsOf, withFolder } from './cli.ts';
import { type Text, table } from './terminal.ts';

const HEAD: readonly Text[] = [
  { en: 'Topic', zh: '主题' },
  { en: 'Title', zh: '名称' },
  { en: 'Partitions', zh: '分区' },
  { en: 'Records', zh: '记录数' },
  { en: 'Ever written', zh: '累计写入' },
  { en: 'Key', zh: '键' },
  { en: 'Kept', zh: '保留' },
  { en: 'Access', zh: '可见性' },
];

const FOR_EVER: Text = { en: 'for ever', zh: '永久' };

export const declareTopics: Declare = (program, cli) => {
  program
    .command('topics')
    .description('List the topics with their partitions, records and retention.')
    .option('--json', 'as JSON, with the bounds of every partition')
    .action(async (options: { json?: boolean }) => {
      const { terminal } = cli;
      const bounds = await withFolder(settingsOf(cli), (holder) => accessOf(holder).bounds());
      if (options.json === true) {
        terminal.print(JSON.stringify(bounds));
        return;
      }
      const rows = TOPIC_NAMES.map((name) => {
        const { title, key, retentionMs, access } = TOPICS[name];
        const own = bounds.filter(({ topic }) => topic === name);
        const kept = own.reduce((sum, { start, end }) => sum + end - start, 0);
        const written = own.reduce((sum, { end }) => sum + end, 0);
        const retention = retentionMs === null ? terminal.say(FOR_EVER) : formatDuration(retentionMs);
        return [name, terminal.say(title), own.length, kept, written, key, retention, access];
      });
      const head = HEAD.map((text) => terminal.say(text));
      for (const line of table(head, rows)) terminal.print(line);
    });
};
