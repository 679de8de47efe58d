/**
 * Personal data (个人信息) in answers. Who may read it reads it whole; to others names, accounts, tax numbers
 * and contacts are masked (数据脱敏), wherever in an answer they stand.
 */
import { type Caller, mayAct } from './auth.ts';

/** Whoever works on alerts or releases money must know whose it is; who only looks on need not. */
export function seesPersonalData(caller: Caller): boolean {
  return mayAct(caller, ['officer', 'approver', 'compliance']);
}

/**
 * Fields that hold personal data. A party without an id stands as its account, so ids of parties are looked
 * through for numbers as long as those of accounts; ids of messages, transfers and alerts stay, since they link.
 */
const MASKS: ReadonlyMap<string, (text: string) => string> = new Map([
  ...['account', 'accounts', 'taxNumber'].map((name) => [name, maskNumber] as const),
  ...['name', 'contact'].map((name) => [name, maskName] as const),
  ['purpose', () => '***'],
  ...['party', 'subject', 'debtor', 'creditor', 'en', 'zh', 'text', 'note', 'closedFor'].map(
    (name) => [name, maskNumbersIn] as const,
  ),
]);

/** The same answer with what is personal masked. */
export function masked<T>(answer: T): T {
  return maskedField(answer, '') as T;
}

function maskedField(value: unknown, name: string): unknown {
  if (typeof value === 'string') return MASKS.get(name)?.(value) ?? value;
  if (Array.isArray(value)) return value.map((one) => maskedField(one, name));
  if (value === null || typeof value !== 'object') return value;
  // The name of a piece of evidence is that of a feature, and of no person.
  const isEvidence = 'number' in value || 'text' in value;
  return Object.fromEntries(
    Object.entries(value).map(([field, one]) => [
      field,
      isEvidence && field === 'name' ? one : maskedField(one, field),
    ]),
  );
}

/** The last four tell one account from another. */
function maskNumber(text: string): string {
  return text.length <= 4 ? '****' : `****${text.slice(-4)}`;
}

/** The first character of a person's or company's name stays. */
function maskName(text: string): string {
  const [first = ''] = text;
  return `${first}**`;
}

/** Twelve digits and more in one piece are an account or a paper's number; amounts are written with commas. */
function maskNumbersIn(text: string): string {
  return text.replace(/\d{8,}(\d{4})(?!\d)/g, '****$1');
}
