/**
 * The whole record behind a message, for a receiver of thin ones that may see it. To who may not see restricted
 * alerts, such a message is one that there is not.
 */
import { WeirError } from '../../runtime/errors.ts';
import { type Caller, seesRestricted } from '../../runtime/http/auth.ts';
import { masked, seesPersonalData } from '../../runtime/http/masking.ts';
import type { Log } from '../../runtime/log/port.ts';
import { messageOf, placeOfMessage } from './messages.ts';
import { isThere } from './replays.ts';
import { Source } from './source.ts';

type Whole = { type: string; timestamp: string; data: { [name: string]: unknown } };

export async function fullMessage(log: Log, id: string, caller: Caller) {
  const place = placeOfMessage(id);
  const told = place === null || !isThere(log, place) ? null : await new Source(log).load(place);
  const isHidden = told?.topic === 'alerts' && told.record.restricted && !seesRestricted(caller);
  if (place === null || told === null || isHidden) {
    throw new WeirError('NOT_FOUND', `There is no message ${id}, or its record is older than what the log keeps.`, {
      zh: `没有消息 ${id}，或其记录已超出日志保留期。`,
    });
  }
  const { body } = messageOf(place, told, 'full', (text) => text);
  const whole = JSON.parse(body.toString('utf8')) as Whole;
  return seesPersonalData(caller) ? whole : masked(whole);
}
