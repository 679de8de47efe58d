/** What the page of the system says. */
import type { Words } from '../../../panels/words.ts';

const words = (en: string, zh: string): Words => ({ en, zh });

export const SYSTEM = {
  versions: words('Versions', '版本'),
  build: words('Build of what judges', '判断构建'),
  tables: words('Layout of the tables', '表结构版本'),
  inProcess: words('in this process', '进程内'),
  server: words('a server', '独立服务'),
  log: words('Log', '日志'),
  embedded: words('embedded', '内嵌'),
  kafka: words('Kafka', 'Kafka'),
  allPartitions: words('All partitions', '全部分区'),
} as const satisfies { readonly [name: string]: Words };
