/**
 * What becomes of held transfers: released, denied, expired, amended, overtaken by upstream, frozen or
 * listed meanwhile; and every word that does not count, with the reason.
 */
import { DAY_MS, MINUTE_MS } from '../../schemas/time.ts';
import { type Found, instantText, type Json, Script, shanghai } from './script.ts';

const START = shanghai('2026-03-02', '09:00');
const ONE = 20_000_000;
const TWO = 50_000_000;

export const found: Found = {
  'frozen-party': ['C-frozen'],
  'listed-party': ['C-listed'],
  'settled-without-release': ['C-denied', 'C-part'],
};

export function record(): Script {
  const script = new Script();
  let minutes = 0;
  const next = () => START + ++minutes * MINUTE_MS;
  const submit = (name: string, minor: number, fields: Json = {}) =>
    script.transfer(next(), `C-${name}`, `S-${name}`, minor, { transferId: name, maker: 'zhang', ...fields });
  const status = (name: string, minor: number, to: string, fields: Json = {}) =>
    submit(name, minor, { status: to, eventId: `${name}-${to}`, ...fields });
  const say = (name: string, action: string, by: string, revision: number, fields: Json = {}) => {
    const approvalId = `${name}-${action}-${by}-${revision}`;
    const subject = `C-${name}`;
    script.say(next(), 'approvals', {
      approvalId,
      transferId: name,
      revision,
      action,
      subject,
      by,
      roles: ['approver'],
      ...fields,
    });
  };

  script.control(START, 'tick');
  submit('one', ONE);
  say('one', 'approve', 'zhang', 1);
  say('one', 'approve', 'li', 1, { note: '合同已核对' });
  say('one', 'approve', 'wang', 2);
  const settledAt = { at: instantText(next()) };
  status('one', ONE, 'settled', settledAt);
  status('one', ONE, 'settled', settledAt);
  status('one', ONE, 'settled');
  status('one', 1_500_000, 'returned');

  submit('two', TWO, { device: 'dev-zhang', session: 'ses-9' });
  say('two', 'approve', 'li', 1, { device: 'dev-zhang' });
  say('two', 'approve', 'li', 1, { device: 'dev-li', approvalId: 'two-li' });
  say('two', 'approve', 'li', 2, { device: 'dev-li-2' });
  say('two', 'approve', 'wang', 1, { approvalId: 'two-wang-late' });
  say('two', 'approve', 'wang', 2, { approvalId: 'two-wang' });
  say('two', 'approve', 'wang', 2, { approvalId: 'two-wang' });
  say('two', 'deny', 'wang', 2, { approvalId: 'two-wang' });

  submit('maker', TWO, { maker: undefined });
  say('maker', 'approve', 'li', 1);
  submit('maker', TWO, { eventId: 'maker-again' });
  say('maker', 'approve', 'li', 2);
  say('maker', 'approve', 'wang', 3);

  submit('denied', ONE);
  say('denied', 'deny', 'li', 1, { note: '客户未确认' });
  say('denied', 'approve', 'wang', 2);
  status('denied', ONE, 'settled');

  submit('amend', TWO);
  say('amend', 'approve', 'li', 1);
  submit('amend', TWO + 1, { eventId: 'amend-2' });
  say('amend', 'approve', 'wang', 2);
  submit('amend', 900, { eventId: 'amend-3', creditor: { party: 'S-other', account: 'acc-other' } });
  status('amend', 900, 'cancelled');
  status('amend', 900, 'settled');

  submit('part', ONE);
  status('part', 5_000_000, 'partially-settled');
  say('part', 'approve', 'li', 2);
  status('part', ONE, 'settled');

  submit('frozen', ONE);
  script.control(next(), 'freeze', { party: 'S-frozen', by: 'u-compliance', reason: '法院冻结' });
  say('frozen', 'approve', 'li', 1);

  submit('listed', ONE);
  script.control(next(), 'list-part', { list: 'block', listVersion: '7', members: ['acc-S-listed', 'S-nobody'] });
  script.control(next(), 'list-close', { list: 'block', listVersion: '7' });
  say('listed', 'approve', 'li', 1);
  say('listed', 'approve', 'li', 2);
  say('listed', 'approve', 'wang', 3);

  submit('slow', ONE);
  script.ticks(START + DAY_MS - MINUTE_MS, START + DAY_MS + 90 * MINUTE_MS, 10 * MINUTE_MS);
  minutes += (DAY_MS + 100 * MINUTE_MS) / MINUTE_MS - minutes;
  say('slow', 'approve', 'li', 1);
  status('unknown', ONE, 'returned');
  submit('one', ONE);
  submit('one', ONE + 1);
  return script;
}
