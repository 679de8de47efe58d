/** A rule in full: when it is judged, whom it is told to, what it measures, and its options with what they mean. */
import { Descriptions, Flex, Table, Tag } from 'antd';
import type { Rules } from '../api.ts';
import { formatDuration, formatMoney, formatNumber } from '../format.ts';
import { type Language, usePreferences } from '../preferences.tsx';
import { OCCASIONS, RULES } from '../words/rules.ts';

type Rule = Rules['items'][number];
type Option = Rule['options'][number];

export function RuleDetail({ rule }: { readonly rule: Rule }) {
  const { say, pick, language } = usePreferences();
  const { on, version, restricted, segments, exemptions, evidence, options } = rule;
  const known = (occasion: string) => OCCASIONS[occasion];
  const items: readonly (readonly [label: string, value: string])[] = [
    [
      pick(RULES.judgedOn),
      on
        .map((occasion) => {
          const words = known(occasion);
          return words === undefined ? occasion : pick(words);
        })
        .join(' · '),
    ],
    [pick(RULES.toldWhom), pick(restricted ? RULES.restricted : RULES.open)],
    [pick(RULES.version), formatNumber(version, language)],
    [pick(RULES.segments), counted(segments, pick(RULES.none), language)],
    [pick(RULES.exemptions), counted(exemptions, pick(RULES.none), language)],
    [pick(RULES.measures), evidence.map(({ label }) => pick(label)).join(' · ') || pick(RULES.none)],
  ];
  return (
    <Flex vertical gap={8}>
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2 }}
        items={items.map(([label, children]) => ({ key: label, label, children }))}
      />
      {options.length === 0 ? (
        pick(RULES.noOptions)
      ) : (
        <Table<Option>
          size="small"
          rowKey="name"
          dataSource={options}
          pagination={false}
          columns={[
            {
              title: say('option'),
              render: (_, { meaning, name }) => (
                <>
                  {pick(meaning)} <code>{name}</code>
                </>
              ),
            },
            {
              title: say('value'),
              render: (_, option) => (
                <>
                  <strong>{written(option.value, option.unit, language)}</strong>{' '}
                  {JSON.stringify(option.value) !== JSON.stringify(option.default) && (
                    <Tag color="blue">{pick(RULES.changedFromDefault)}</Tag>
                  )}
                </>
              ),
            },
            { title: say('standard'), render: (_, option) => written(option.default, option.unit, language) },
          ]}
        />
      )}
    </Flex>
  );
}

function counted(count: number, none: string, language: Language): string {
  return count === 0 ? none : formatNumber(count, language);
}

function written(value: unknown, unit: Option['unit'], language: Language): string {
  if (value === null || value === undefined) return '–';
  if (unit === 'duration') return formatDuration(Number(value), language);
  if (unit === 'money') {
    const { minor, currency } = value as { readonly minor: number; readonly currency: string };
    return formatMoney(minor, currency, language);
  }
  if (typeof value === 'number') return formatNumber(value, language, 2);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
