/** What the console says about who is signed in: sign-in, roles, masked data. */
import type { Words } from '../../../panels/words.ts';
import type { Me } from '../api.ts';

const words = (en: string, zh: string): Words => ({ en, zh });

export const PEOPLE = {
  userName: words('Name', '用户名'),
  userNameHint: words('Left empty to sign in with an API key.', '使用 API 密钥登录时留空。'),
  secret: words('Password or API key', '密码或 API 密钥'),
  secretHint: words(
    'Users are made with “weir users create”, keys (weir_…) with “weir keys create”.',
    '用户由管理员以 weir users create 创建，密钥（weir_…）以 weir keys create 生成。',
  ),
  wrong: words('Name or password is not right.', '用户名或密码不正确。'),
  mayNotLook: words('Your roles do not let you look at the console.', '您的角色无权查看控制台。'),
  tooOften: words('Tried too often. Try again in 15 minutes.', '尝试次数过多，请 15 分钟后再试。'),
  sessionOver: words('Your session is over. Sign in again.', '会话已结束，请重新登录。'),
  noAnswer: words('Weir does not answer.', '服务无响应。'),
  signedInAs: words('Signed in as', '当前用户'),
  changePassword: words('Change password', '修改密码'),
  current: words('Current password', '当前密码'),
  fresh: words('New password', '新密码'),
  freshHint: words('At least 12 characters; long beats complicated.', '至少 12 个字符；长比复杂更安全。'),
  currentWrong: words('The current password is not right.', '当前密码不正确。'),
  passwordChanged: words('The password is changed. Other sessions have ended.', '密码已修改，其他会话已退出。'),
  masked: words('Masked', '已脱敏'),
  maskedWhy: words(
    'Names, accounts and numbers are masked: your role may look on, not read personal data. Roles that may: officer, approver, compliance.',
    '姓名、账号与证件号已脱敏：当前角色无权读取个人信息。可读取的角色：风险专员、审批人、合规。',
  ),
} as const satisfies { readonly [name: string]: Words };

export const ROLE_WORDS: { readonly [role in Me['roles'][number]]: Words } = {
  intake: words('intake', '接入'),
  viewer: words('viewer', '查看'),
  officer: words('officer', '风险专员'),
  approver: words('approver', '审批人'),
  compliance: words('compliance', '合规'),
  admin: words('administrator', '管理员'),
};
