/**
 * Labels (标注): what is known to be wrong in a data set, so that rules can be judged against it. They
 * are never an input of the fold: they lie in `<data>/labels/*.ndjson`, one a line, beside the log.
 */
import { z } from 'zod';

export const labelJson = z.strictObject({
  account: z.string().min(1).describe('The subject: a party, an account, or a device.'),
  typology: z.string().min(1).describe('What is wrong with it, such as fan-in or late-payer.'),
  transferIds: z.array(z.string()).default([]).describe('The planted transfers that touch it, where they are known.'),
  case: z.string().optional().describe('Names what belongs together: one ring, one fan.'),
  role: z
    .enum(['subject', 'member', 'touched'])
    .default('subject')
    .describe(
      'subject: what a rule should find. member: took part; an alert on it is neither right nor wrong. ' +
        'touched: no label, only says which planted transfers touch the account.',
    ),
});

export type Label = z.infer<typeof labelJson>;
export type LabelRole = Label['role'];
