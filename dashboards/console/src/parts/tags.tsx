/** Codes as coloured words: severities, outcomes, rules, parties. */
import { useQuery } from '@tanstack/react-query';
import { Tag } from 'antd';
import { Link } from 'wouter';
import { type LabelSet, labelOf } from '../../../panels/words.ts';
import { ask, type Rules } from '../api.ts';
import { usePreferences } from '../preferences.tsx';

const COLORS: { readonly [value: string]: string } = {
  critical: 'magenta',
  high: 'red',
  medium: 'orange',
  low: 'gold',
  info: 'blue',
  accept: 'green',
  hold: 'orange',
  reject: 'red',
  open: 'processing',
  closed: 'default',
};

export function CodeTag({ set, value }: { readonly set: LabelSet; readonly value: string }) {
  const { language } = usePreferences();
  return (
    <Tag color={COLORS[value] ?? 'default'} style={{ marginInlineEnd: 0 }}>
      {labelOf(set, value, language)}
    </Tag>
  );
}

export const RULES_QUERY = {
  queryKey: ['rules'],
  queryFn: () => ask<Rules>('/v1/rules'),
  staleTime: 60_000,
} as const;

/** Title of a rule; its id until the titles are there. */
export function useRuleTitle(): (id: string) => string {
  const { pick } = usePreferences();
  const { data } = useQuery(RULES_QUERY);
  return (id) => {
    const rule = data?.items.find((one) => one.id === id);
    return rule === undefined ? id : pick(rule.title);
  };
}

/** What a rule’s evidence is called, and words for its values; the name that it is recorded by until they are there. */
export function useEvidenceWords(ruleId: string) {
  const { pick } = usePreferences();
  const { data } = useQuery(RULES_QUERY);
  const rule = data?.items.find(({ id }) => id === ruleId);
  return (name: string) => {
    const known = [...(rule?.evidence ?? []), ...(data?.evidence ?? [])].find((one) => one.name === name);
    return {
      label: known === undefined ? name : pick(known.label),
      value: (value: string): string | undefined => {
        const words = known?.values[value];
        return words === undefined ? undefined : pick(words);
      },
    };
  };
}

export function RuleName({ id }: { readonly id: string }) {
  const titleOf = useRuleTitle();
  return <Link href={`/rules/${encodeURIComponent(id)}`}>{titleOf(id)}</Link>;
}

export function PartyLink({ id }: { readonly id: string }) {
  return <Link href={`/parties/${encodeURIComponent(id)}`}>{id}</Link>;
}
