/** What may be done with alerts: buttons, the keys beside them, the question that a step asks, and what came of it. */
import { App, Button, Flex, Form, type FormInstance, Modal, Alert as Note, Tag, Typography } from 'antd';
import { type ReactNode, useState } from 'react';
import type { Words } from '../../../panels/words.ts';
import type { Alert } from '../api.ts';
import { toldOf } from '../faults.ts';
import { useFormats, useMe } from '../me.tsx';
import { useRuleTitle } from '../parts/tags.tsx';
import { usePreferences } from '../preferences.tsx';
import { ACTION_WORDS, ALERT_TEXTS } from '../words/alerts.ts';
import { REFUSAL_WORDS } from '../words/refusals.ts';
import type { KeyActions } from './keys.ts';
import { StepForm, type StepValues, stepOf } from './step-form.tsx';
import { type Action, isPermitted, type Outcome, openedNow, type Step, useSteps } from './steps.ts';

/** Which key takes which step. */
export const ACTION_KEYS: { readonly [action in Action]: string } = {
  assign: 't',
  investigate: 'i',
  close: 'c',
  snooze: 's',
  comment: 'm',
  reopen: 'r',
};
/** Assigns to whoever presses it. */
export const TO_ME_KEY = 'a';

interface Asked {
  readonly action: Action;
  readonly alerts: readonly Alert[];
  readonly openedAt: number;
}

export interface AlertActions {
  /** Takes a step on alerts, after a question where it has one. */
  ask(action: Action, alerts: readonly Alert[]): void;
  assignToMe(alerts: readonly Alert[]): void;
  readonly isBusy: boolean;
  /** The open dialog, to be rendered. */
  readonly dialog: ReactNode;
}

export function useAlertActions(onTaken: () => void): AlertActions {
  const { name } = useMe();
  const [asked, setAsked] = useState<Asked | null>(null);
  const tell = useOutcome();
  const steps = useSteps((outcome) => {
    setAsked(null);
    tell(outcome);
    onTaken();
  });
  const { message } = App.useApp();
  const { language } = usePreferences();
  const take = (step: Step, alerts: readonly Alert[]) =>
    steps.mutate(
      { step, alerts, openedAt: openedNow() },
      { onError: (error) => void message.error(toldOf(error, language)) },
    );
  return {
    ask: (action, alerts) => {
      if (alerts.length === 0 || !isPermitted(action, alerts)) return;
      if (action === 'investigate') take({ action }, alerts);
      else {
        steps.reset();
        setAsked({ action, alerts, openedAt: openedNow() });
      }
    },
    assignToMe: (alerts) => {
      if (alerts.length > 0 && isPermitted('assign', alerts)) take({ action: 'assign', assignee: name }, alerts);
    },
    isBusy: steps.isPending,
    dialog: asked !== null && (
      <StepDialog
        key={asked.openedAt}
        asked={asked}
        isBusy={steps.isPending}
        error={steps.error}
        onStep={(step) => steps.mutate({ step, alerts: asked.alerts, openedAt: asked.openedAt })}
        onClosed={() => setAsked(null)}
      />
    ),
  };
}

const ORDER: readonly Action[] = ['assign', 'investigate', 'close', 'snooze', 'comment', 'reopen'];

/** The steps that may follow on these alerts; `closing` where closing has another name, or may not be. */
export function ActionButtons({
  actions,
  alerts,
  closing = ACTION_WORDS.close,
}: {
  readonly actions: AlertActions;
  readonly alerts: readonly Alert[];
  readonly closing?: Words | null;
}) {
  const { pick } = usePreferences();
  return (
    <Flex gap={8} wrap role="group" aria-label={pick(ALERT_TEXTS.actions)}>
      {isPermitted('assign', alerts) && (
        <Button aria-keyshortcuts={TO_ME_KEY} loading={actions.isBusy} onClick={() => actions.assignToMe(alerts)}>
          {pick(ALERT_TEXTS.assignToMe)}
        </Button>
      )}
      {ORDER.filter((action) => isPermitted(action, alerts) && (action !== 'close' || closing !== null)).map(
        (action) => (
          <Button
            key={action}
            type={action === 'close' ? 'primary' : 'default'}
            aria-keyshortcuts={ACTION_KEYS[action]}
            disabled={actions.isBusy}
            onClick={() => actions.ask(action, alerts)}
          >
            {pick((action === 'close' ? closing : null) ?? ACTION_WORDS[action])}
            {action === 'assign' && '…'}
          </Button>
        ),
      )}
    </Flex>
  );
}

/** Where the focus goes as the dialog opens: to what must be filled in first. */
const FIRST_FIELDS: { readonly [action in Action]?: keyof StepValues } = {
  assign: 'assignee',
  snooze: 'until',
  comment: 'note',
  reopen: 'reason',
};

function focusFirst(form: FormInstance<StepValues>, action: Action): void {
  const field = FIRST_FIELDS[action];
  if (field !== undefined) form.focusField(field);
  // A group of radio buttons is no field that can have the focus; the first of them is.
  else document.querySelector<HTMLElement>('[role=dialog] input[type=radio]:enabled')?.focus();
}

interface StepDialogProps {
  readonly asked: Asked;
  readonly isBusy: boolean;
  readonly error: Error | null;
  readonly onStep: (step: Step) => void;
  readonly onClosed: () => void;
}

function StepDialog({ asked: { action, alerts }, isBusy, error, onStep, onClosed }: StepDialogProps) {
  const { pick, language } = usePreferences();
  const { zone } = useFormats();
  const titleOf = useRuleTitle();
  const [form] = Form.useForm<StepValues>();
  return (
    <Modal
      open
      title={pick(ACTION_WORDS[action])}
      okText={pick(ACTION_WORDS[action])}
      okButtonProps={{ loading: isBusy }}
      onOk={form.submit}
      afterOpenChange={(isOpen) => isOpen && focusFirst(form, action)}
      onCancel={onClosed}
    >
      <Flex gap={4} wrap style={{ marginBottom: 12 }}>
        {alerts.slice(0, 8).map(({ id, rule, subject }) => (
          <Tag key={id}>
            {titleOf(rule)} · {subject}
          </Tag>
        ))}
        {alerts.length > 8 && <Tag>+{alerts.length - 8}</Tag>}
      </Flex>
      <StepForm
        form={form}
        action={action}
        alerts={alerts}
        onFilled={(values) => onStep(stepOf(action, values, zone))}
      />
      {error !== null && <Note type="error" showIcon title={toldOf(error, language)} />}
    </Modal>
  );
}

/** Tells how it went; where some were refused, which and why. */
function useOutcome(): (outcome: Outcome) => void {
  const { pick, language } = usePreferences();
  const { message, modal } = App.useApp();
  const titleOf = useRuleTitle();
  return ({ taken, refused }) => {
    if (taken > 0) void message.success(`${pick(ALERT_TEXTS.taken)}: ${taken}`);
    if (refused.length === 0) return;
    modal.warning({
      title: `${pick(ALERT_TEXTS.refusedSome)}: ${refused.length}`,
      width: 560,
      content: (
        <>
          <Typography.Paragraph>{pick(ALERT_TEXTS.refusedWhich)}</Typography.Paragraph>
          <ul style={{ maxHeight: 320, overflow: 'auto', paddingInlineStart: 20 }}>
            {refused.map(({ alert, code, detail }) => (
              <li key={alert.id}>
                <strong>
                  {titleOf(alert.rule)} · {alert.subject}
                </strong>
                <br />
                {REFUSAL_WORDS[code]?.[language] ?? detail}
              </li>
            ))}
          </ul>
        </>
      ),
    });
  };
}

/** The keys of the steps, on the alerts that `targets` answers when one is pressed. */
export function stepKeys(actions: AlertActions, targets: () => readonly Alert[]): KeyActions {
  const steps = ORDER.map((action) => [ACTION_KEYS[action], () => actions.ask(action, targets())] as const);
  return { ...Object.fromEntries(steps), [TO_ME_KEY]: () => actions.assignToMe(targets()) };
}
