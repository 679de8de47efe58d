/** What a process may take care of, where a river is spread over several. */
export const PROCESS_ROLES = ['route', 'score', 'clickhouse', 'http', 'clock'] as const;
export type ProcessRole = (typeof PROCESS_ROLES)[number];

/** Role names as people write them, separated by commas; null where one is none, or stands twice. */
export function parseRoles(text: string): readonly ProcessRole[] | null {
  const names = text.split(',').map((name) => name.trim());
  const roles = PROCESS_ROLES.filter((role) => names.includes(role));
  return roles.length === names.length ? roles : null;
}
