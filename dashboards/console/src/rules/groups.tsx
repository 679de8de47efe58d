/** Other options for groups of customers: those that there are, and further ones. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Card, Flex, Form, type FormInstance, Input, Radio, Select } from 'antd';
import { useState } from 'react';
import { usePreferences } from '../preferences.tsx';
import { groupWords, RULES } from '../words/rules.ts';
import type { Held, HeldGroup } from './held.ts';
import { OptionField } from './option-field.tsx';
import { type Rule, toForm } from './values.ts';

const JUDGED = [
  ['same', RULES.asForAll],
  ['yes', RULES.yes],
  ['no', RULES.no],
] as const;

export interface GroupsProps {
  readonly rule: Rule;
  readonly form: FormInstance<Held>;
}

export function Groups({ rule, form }: GroupsProps) {
  const { pick } = usePreferences();
  const groups = (Form.useWatch('groups', form) ?? []) as readonly HeldGroup[];
  return (
    <Form.List name="groups">
      {(fields, { add, remove }) => (
        <Flex vertical gap={8}>
          {fields.map(({ key, name }) => {
            const group = groups[name] ?? (form.getFieldValue(['groups', name]) as HeldGroup);
            return (
              <Card
                key={key}
                size="small"
                title={pick(groupWords(group.when))}
                extra={
                  <Button size="small" icon={<DeleteOutlined />} onClick={() => remove(name)}>
                    {pick(RULES.removeGroup)}
                  </Button>
                }
              >
                <Group rule={rule} form={form} index={name} group={group} />
              </Card>
            );
          })}
          <NewGroup taken={groups.map(({ when }) => when)} onMade={add} />
        </Flex>
      )}
    </Form.List>
  );
}

interface GroupProps extends GroupsProps {
  readonly index: number;
  readonly group: HeldGroup;
}

function Group({ rule, form, index, group }: GroupProps) {
  const { pick } = usePreferences();
  const own = rule.options.filter(({ name }) => group.options?.[name] !== undefined);
  const others = rule.options.filter((option) => !own.includes(option));
  const set = (name: string, value: unknown) => {
    const { [name]: _, ...rest } = (form.getFieldValue(['groups', index, 'options']) ?? {}) as HeldGroup['options'];
    form.setFieldValue(['groups', index, 'options'], value === undefined ? rest : { ...rest, [name]: value });
  };
  return (
    <>
      {/* Whom it is for, and what it holds besides the fields below, goes along. */}
      <Form.Item name={[index, 'when']} hidden>
        <Input />
      </Form.Item>
      <Form.Item name={[index, 'judged']} label={pick(RULES.judged)}>
        <Radio.Group optionType="button" options={JUDGED.map(([value, word]) => ({ value, label: pick(word) }))} />
      </Form.Item>
      {own.map((option) => (
        <OptionField
          key={option.name}
          option={option}
          path={[index, 'options', option.name]}
          extra={
            <Button type="link" size="small" onClick={() => set(option.name, undefined)}>
              {pick(RULES.asForAll)}
            </Button>
          }
        />
      ))}
      {others.length > 0 && (
        <Select
          aria-label={pick(RULES.otherOption)}
          placeholder={pick(RULES.otherOption)}
          value={null}
          style={{ width: '100%' }}
          options={others.map(({ name, meaning }) => ({ value: name, label: pick(meaning) }))}
          onChange={(name: string | null) => {
            const option = rule.options.find((one) => one.name === name);
            if (option !== undefined) set(option.name, toForm(option, option.value));
          }}
        />
      )}
    </>
  );
}

/** Customers that a group may be of, besides those with a tag. */
export const WHOM = [
  { kind: 'person' },
  { kind: 'organisation' },
  { grade: 'A' },
  { grade: 'B' },
  { grade: 'C' },
  { grade: 'D' },
] as const satisfies readonly HeldGroup['when'][];
const TAG = 'tag';
export const TAG_PATTERN = /^\s*[^\s:]{1,32}\s*$/;

interface NewGroupProps {
  readonly taken: readonly HeldGroup['when'][];
  readonly onMade: (group: HeldGroup) => void;
}

function NewGroup({ taken, onMade }: NewGroupProps) {
  const { pick } = usePreferences();
  const [chosen, setChosen] = useState<string | null>(null);
  const [tag, setTag] = useState('');
  const has = (when: HeldGroup['when']) => taken.some((one) => JSON.stringify(one) === JSON.stringify(when));
  const free = WHOM.filter((when) => !has(when));
  const when = chosen === TAG ? { tag: tag.trim() } : (free.find((one) => JSON.stringify(one) === chosen) ?? null);
  const isGood = when !== null && !has(when) && (chosen !== TAG || TAG_PATTERN.test(tag));
  const make = () => {
    if (when === null) return;
    onMade({ when, judged: 'same', options: {} });
    setChosen(null);
    setTag('');
  };
  return (
    <Flex gap={8} wrap>
      <Select
        aria-label={pick(RULES.newGroup)}
        placeholder={pick(RULES.newGroup)}
        value={chosen}
        style={{ width: 240 }}
        options={[
          ...free.map((one) => ({ value: JSON.stringify(one), label: pick(groupWords(one)) })),
          { value: TAG, label: pick(RULES.withTag) },
        ]}
        onChange={setChosen}
      />
      {chosen === TAG && (
        <Input
          aria-label={pick(RULES.tag)}
          placeholder={pick(RULES.tag)}
          value={tag}
          maxLength={32}
          style={{ width: 160 }}
          onChange={({ target }) => setTag(target.value)}
        />
      )}
      <Button icon={<PlusOutlined />} disabled={!isGood} onClick={make}>
        {pick(RULES.addGroup)}
      </Button>
    </Flex>
  );
}
