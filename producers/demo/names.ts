/** Names for the demo's people and companies: common ones, put together at random. */
import type { Random } from './random.ts';

const SURNAMES = [...'王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余'];
const GIVEN = [...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华文辉玲波斌宇浩凯健俊帆雪梅琳晨欣怡佳子轩涵'];
const PLACES = ['上海', '杭州', '苏州', '宁波', '南京', '无锡', '合肥', '嘉兴', '绍兴', '南通', '武汉', '成都'];
const WORDS = [
  '明德',
  '宏远',
  '恒信',
  '嘉禾',
  '安泰',
  '瑞丰',
  '华盛',
  '同舟',
  '新源',
  '永和',
  '天成',
  '博雅',
  '东方',
  '百川',
];

export type Trade = 'merchant' | 'firm' | 'landlord' | 'utility';

const TRADES: { readonly [trade in Trade]: readonly { readonly zh: string; readonly industry: string }[] } = {
  merchant: [
    { zh: '超市', industry: 'groceries' },
    { zh: '餐饮', industry: 'restaurants' },
    { zh: '服饰', industry: 'clothing' },
    { zh: '药房', industry: 'pharmacies' },
    { zh: '数码', industry: 'electronics' },
    { zh: '书店', industry: 'books' },
    { zh: '家居', industry: 'furniture' },
    { zh: '教育', industry: 'education' },
  ],
  firm: [
    { zh: '贸易', industry: 'wholesale' },
    { zh: '科技', industry: 'software' },
    { zh: '制造', industry: 'manufacturing' },
    { zh: '物流', industry: 'logistics' },
    { zh: '建筑', industry: 'construction' },
  ],
  landlord: [{ zh: '物业', industry: 'real-estate' }],
  utility: [{ zh: '公用', industry: 'utilities' }],
};

export function personName(random: Random): string {
  const given = random.pick(GIVEN);
  return random.pick(SURNAMES) + given + (random.chance(0.6) ? random.pick(GIVEN) : '');
}

export function companyName(trade: Trade, random: Random): { readonly name: string; readonly industry: string } {
  const { zh, industry } = random.pick(TRADES[trade]);
  return { name: `${random.pick(PLACES)}${random.pick(WORDS)}${zh}有限公司`, industry };
}
