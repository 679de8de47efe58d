/** What the console says where held transfers are released or denied. */
import type { Words } from '../../../panels/words.ts';

const words = (en: string, zh: string): Words => ({ en, zh });

export const APPROVAL_TEXTS = {
  maker: words('Maker', '经办人'),
  yours: words('Entered by you: somebody else must approve or deny it.', '由您经办，须由他人审批。'),
  yoursTag: words('Yours', '本人经办'),
  batch: words('Batch', '批次'),
  batches: words('Batches, approved or denied as one unit', '批次（整批审批）'),
  transfers: words('transfer(s)', '笔'),
  approveBatch: words('Approve the batch', '整批批准'),
  denyBatch: words('Deny the batch', '整批驳回'),
  batchChanged: words(
    'The batch has changed since you opened this. Close it and look again; nothing was stored.',
    '打开后该批次已有变化，未提交任何审批；请关闭后重新查看。',
  ),
  refusedSome: words('Some were refused', '部分被拒绝'),
  refusedWhich: words('Nothing changed on these:', '以下转账未作变更：'),
  rule: words('Maker and checker are never the same person.', '经办与复核不得为同一人。'),
  select: words('Select', '选择'),
  total: words('Total', '合计'),
  clear: words('Clear selection', '取消选择'),
} as const satisfies { readonly [name: string]: Words };
