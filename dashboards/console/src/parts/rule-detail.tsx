/** A rule in full: when it is judged, whom it is told to, what it measures, and its options with what they mean. */
import { Descriptions, Flex, Table, Tag, Typography } from 'antd';
import { labelOf } from '../../../panels/words.ts';
import type { RuleChanges } from '../api.ts';
import { formatNumber } from '../format.ts';
import { type Language, usePreferences } from '../preferences.tsx';
import { Exemptions } from '../rules/exemptions.tsx';
import { RuleHistory } from '../rules/history.tsx';
import { RuleActions } from '../rules/rule-actions.tsx';
import { messageWritten, type Option, type Rule, written } from '../rules/values.ts';
import { groupWords, OCCASIONS, RULES } from '../words/rules.ts';

export interface RuleDetailProps {
  readonly rule: Rule;
  readonly revision: number;
  /** Null while they are not known. */
  readonly changes: RuleChanges | null;
}

export function RuleDetail({ rule, revision, changes }: RuleDetailProps) {
  const { say, pick, language } = usePreferences();
  const { id, family, on, version, restricted, exemptions, evidence, options } = rule;
  const known = (occasion: string) => OCCASIONS[occasion];
  const items: readonly (readonly [label: string, value: string])[] = [
    [pick(RULES.detects), messageWritten(rule, language)],
    [pick(RULES.id), id],
    [say('family'), labelOf('family', family, language)],
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
    [pick(RULES.segments), groupsWritten(rule, language) || pick(RULES.none)],
    [pick(RULES.exemptions), counted(exemptions, pick(RULES.none), language)],
    [pick(RULES.measures), evidence.map(({ label }) => pick(label)).join(' · ') || pick(RULES.none)],
  ];
  return (
    <Flex vertical gap={8} data-part="rule">
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2 }}
        items={items.map(([label, children], index) => ({
          ...{ key: label, label, children },
          ...(index === 0 ? { span: 'filled' as const } : {}),
        }))}
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
                  <strong>{written(option.value, option, language)}</strong>{' '}
                  {JSON.stringify(option.value) !== JSON.stringify(option.default) && (
                    <Tag color="blue">{pick(RULES.changedFromDefault)}</Tag>
                  )}
                </>
              ),
            },
            { title: say('standard'), render: (_, option) => written(option.default, option, language) },
          ]}
        />
      )}
      {changes !== null && (
        <>
          <RuleActions rule={rule} revision={revision} isSwitchedOff={changes.switchedOff.includes(rule.id)} />
          <Exemptions rule={rule} />
          <Typography.Text strong>{pick(RULES.history)}</Typography.Text>
          <RuleHistory rule={rule} changes={changes.items.filter((one) => one.rule === rule.id)} />
        </>
      )}
    </Flex>
  );
}

function groupsWritten(rule: Rule, language: Language): string {
  const meant = ({ meaning }: Option) => meaning[language].replace(/[.。]$/, '');
  return rule.groups
    .map(({ when, enabled, options }) => {
      const own = rule.options.filter(({ name }) => options[name] !== undefined);
      const parts = [
        ...(enabled === null ? [] : [`${RULES.judged[language]} ${RULES[enabled ? 'yes' : 'no'][language]}`]),
        ...own.map((option) => `${meant(option)} ${written(options[option.name], option, language)}`),
      ];
      return `${groupWords(when)[language]}${language === 'zh' ? '：' : ': '}${parts.join(', ')}`;
    })
    .join(' · ');
}

function counted(count: number, none: string, language: Language): string {
  return count === 0 ? none : formatNumber(count, language);
}
