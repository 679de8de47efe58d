/** The field of an option, made from what may be written for it: its unit, its range, and what is wrong in words. */
import { MinusCircleOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Flex, Form, InputNumber, Select, Space } from 'antd';
import type { Rule as FieldRule } from 'antd/es/form';
import type { ReactNode } from 'react';
import { minorDigits } from '../../../../schemas/currencies.ts';
import { useMe } from '../me.tsx';
import { usePreferences } from '../preferences.tsx';
import { RULES } from '../words/rules.ts';
import { choiceWord, LENGTHS, type Length, type Option, rangeWords, type Shape, written } from './values.ts';

type Path = readonly (string | number)[];

export interface OptionFieldProps {
  readonly option: Option;
  readonly path: Path;
  /** What stands behind the label, such as a button that takes the field away. */
  readonly extra?: ReactNode;
}

export function OptionField({ option, path, extra }: OptionFieldProps) {
  const { pick, language } = usePreferences();
  const label = (
    <span>
      {pick(option.meaning)} <code>{option.name}</code> {extra}
    </span>
  );
  const hint = useHint(option);
  const rules = useRules(option);
  if (option.kind === 'rows') return <Rows option={option} path={path} label={label} />;
  return (
    <Form.Item
      name={[...path]}
      label={label}
      extra={hint}
      rules={rules}
      messageVariables={{ label: pick(option.meaning) }}
    >
      <Input shape={option} language={language} />
    </Form.Item>
  );
}

function useHint(option: Option): string {
  const { pick, language } = usePreferences();
  const range = rangeWords(option, language);
  const standard = `${pick(RULES.standard)} ${written(option.default, option, language)}`;
  return range === null ? standard : `${range} · ${standard}`;
}

interface InputProps {
  readonly shape: Shape;
  readonly language: 'zh' | 'en';
  readonly id?: string;
  readonly value?: unknown;
  readonly onChange?: (value: unknown) => void;
}

/** What a form puts a value into, by kind. */
function Input({ shape, language, ...held }: InputProps) {
  const { baseCurrency } = useMe();
  if (shape.kind === 'choice') {
    const options = shape.choices.map((value) => ({ value, label: choiceWord(value, language) }));
    return <Select {...held} options={options} style={{ maxWidth: 260 }} />;
  }
  if (shape.kind === 'duration') return <LengthInput {...held} />;
  const own = { ...held, value: held.value as number | null } as const;
  if (shape.kind === 'money') {
    return (
      <InputNumber<number>
        {...own}
        prefix={baseCurrency}
        precision={minorDigits(baseCurrency)}
        formatter={(value) => `${value ?? ''}`.replace(/\B(?=(\d{3})+(?!\d))/g, ',')}
        parser={(text) => Number((text ?? '').replaceAll(',', ''))}
        style={{ width: 260 }}
      />
    );
  }
  return <InputNumber<number> {...own} style={{ width: 160 }} />;
}

interface LengthInputProps {
  readonly id?: string;
  readonly value?: unknown;
  readonly onChange?: (value: Length) => void;
}

function LengthInput({ id, value, onChange }: LengthInputProps) {
  const { pick } = usePreferences();
  const length = (value ?? { count: null, unit: 'h' }) as Length;
  return (
    <Space.Compact>
      <InputNumber<number>
        {...(id === undefined ? {} : { id })}
        value={length.count}
        onChange={(count) => onChange?.({ ...length, count })}
        style={{ width: 120 }}
      />
      <Select
        aria-label={pick(RULES.unit)}
        value={length.unit}
        options={LENGTHS.map(([unit, , word]) => ({ value: unit, label: pick(word) }))}
        onChange={(unit) => onChange?.({ ...length, unit })}
        style={{ width: 100 }}
      />
    </Space.Compact>
  );
}

/** What is wrong with a value, in the reader’s words; what two options must keep to each other the server knows. */
function useRules(shape: Shape): FieldRule[] {
  const { pick, language } = usePreferences();
  const range = rangeWords(shape, language);
  const colon = language === 'zh' ? '：' : ': ';
  const problem = (value: unknown): string | null => {
    const number = shape.kind === 'duration' ? (value as Length | undefined)?.count : value;
    if (number === null || number === undefined || number === '') return pick(RULES.needed);
    if (shape.kind === 'choice') return null;
    const isOut = isOutside(shape, number as number);
    return isOut ? `${pick(RULES.outOfRange)}${range === null ? '' : `${colon}${range}`}` : null;
  };
  return [
    {
      validator: (_, value: unknown) => {
        const found = problem(value);
        return found === null ? Promise.resolve() : Promise.reject(new Error(found));
      },
    },
  ];
}

function isOutside({ kind, minimum, maximum, above }: Shape, number: number): boolean {
  if (!Number.isFinite(number)) return true;
  if (kind === 'duration') return number <= 0 || !Number.isInteger(number);
  if (kind === 'money') return number < 0;
  if (kind === 'integer' && !Number.isInteger(number)) return true;
  return (
    (minimum !== null && number < minimum) ||
    (maximum !== null && number > maximum) ||
    (above !== null && number <= above)
  );
}

function Rows({ option, path, label }: { readonly option: Option; readonly path: Path; readonly label: ReactNode }) {
  const { pick } = usePreferences();
  const first = Object.fromEntries(option.columns.map(({ name, choices }) => [name, choices[0] ?? null]));
  return (
    <Form.Item label={label}>
      <Form.List name={[...path]}>
        {(fields, { add, remove }, { errors }) => (
          <>
            {fields.map(({ key, name }) => (
              <Flex key={key} gap={8} wrap align="baseline">
                {option.columns.map((column) => (
                  <Cell key={column.name} column={column} path={[name, column.name]} />
                ))}
                {fields.length > 1 && (
                  <Button
                    type="text"
                    icon={<MinusCircleOutlined />}
                    aria-label={pick(RULES.removeRow)}
                    onClick={() => remove(name)}
                  />
                )}
              </Flex>
            ))}
            {(option.rowsMax === null || fields.length < option.rowsMax) && (
              <Button icon={<PlusOutlined />} onClick={() => add(first)}>
                {pick(RULES.addRow)}
              </Button>
            )}
            <Form.ErrorList errors={errors} />
          </>
        )}
      </Form.List>
    </Form.Item>
  );
}

function Cell({ column, path }: { readonly column: Option['columns'][number]; readonly path: Path }) {
  const { pick, language } = usePreferences();
  const rules = useRules(column);
  return (
    <Form.Item name={[...path]} label={pick(column.meaning)} rules={rules} style={{ minWidth: 160 }}>
      <Input shape={column} language={language} />
    </Form.Item>
  );
}
