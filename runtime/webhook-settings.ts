/** Settings of whoever sends webhooks. */
import { setting } from './setting.ts';
import { hostList, plainText } from './written.ts';

export const webhookSettings = {
  secretKey: setting(plainText(32, 128), {
    variable: 'WEIR_SECRET_KEY',
    default: null,
    en: 'Key that webhook secrets are encrypted with: 32 bytes as base64 or hex. Without it one is made in the data folder; several workers need the same.',
    zh: '加密 webhook 密钥的主密钥：32 字节，base64 或十六进制。未设置时在数据目录中生成；多个工作进程须相同。',
    secret: true,
  }),
  secretKeyFile: setting(plainText(), {
    variable: 'WEIR_SECRET_KEY_FILE',
    default: null,
    en: 'File that holds that key; instead of the key itself.',
    zh: '存放该主密钥的文件；与直接给出主密钥二选一。',
  }),
  webhookAllow: setting(hostList(), {
    variable: 'WEIR_WEBHOOK_ALLOW',
    default: null,
    en: 'Hosts of the internal network that webhooks may reach, as name or name:port, separated by commas; these may use http, too.',
    zh: '允许 webhook 访问的内网主机（名称或 名称:端口，逗号分隔）；仅这些主机可用 http。',
  }),
};
