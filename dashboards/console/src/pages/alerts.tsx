/** Alerts as they stand, those first that were raised last: to be found, chosen, and worked on. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Button, Flex } from 'antd';
import { useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { ActionButtons, stepKeys, useAlertActions } from '../alerts/actions.tsx';
import { type AlertFilter, askedOf, filterOf, searchOf } from '../alerts/filter.ts';
import { Filters, Views } from '../alerts/filters.tsx';
import { KeyHelp } from '../alerts/key-help.tsx';
import { focusedAlert, moveFocus, useKeys, useKeysWanted } from '../alerts/keys.ts';
import { AlertTable, toggled } from '../alerts/table.tsx';
import { type Alert, type AlertPage, ask, query } from '../api.ts';
import { now } from '../clock.ts';
import { useMay, useMe } from '../me.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { MaskedNote } from '../parts/masked.tsx';
import { Page } from '../parts/page.tsx';
import { usePreferences } from '../preferences.tsx';
import { ALERT_TEXTS } from '../words/alerts.ts';

const REFRESH_MS = 10_000;
const PAGE = 50;
const NONE: ReadonlyMap<string, Alert> = new Map();

// biome-ignore lint/style/noDefaultExport: React loads pages by their default export.
export default function Alerts() {
  const { say, pick } = usePreferences();
  const { actOnAlerts } = useMay();
  const [filter, setFilter] = useFilter();
  const [chosen, setChosen] = useState(NONE);
  const alerts = useAlerts(filter);
  const shown = alerts.data ?? [];
  const actions = useAlertActions(() => setChosen(NONE));
  const choose = (some: readonly Alert[]) => setChosen(new Map(some.map((one) => [one.id, one])));
  const change = (next: AlertFilter) => {
    setChosen(NONE);
    setFilter(next);
  };
  const [isOn, setOn] = useKeysWanted();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const focused = () => shown.filter(({ id }) => id === focusedAlert());
  const toggleFocused = () => {
    for (const one of focused()) choose(toggled(chosen, one));
  };
  const targets = () => (chosen.size > 0 ? [...chosen.values()] : focused());
  useKeys(
    {
      j: () => moveFocus(1),
      k: () => moveFocus(-1),
      '/': () => document.getElementById('alert-subject')?.focus(),
      ...(actOnAlerts ? { x: toggleFocused, ...stepKeys(actions, targets) } : {}),
    },
    isOn,
  );
  useKeys({ '?': () => setHelpOpen(true) }, true);
  return (
    <Page
      title={say('alerts')}
      extra={
        <Flex gap={8} wrap>
          <Views filter={filter} onChange={change} />
          <KeyHelp
            {...{ isOpen: isHelpOpen, onOpen: setHelpOpen, isOn, onSwitched: setOn }}
            hasList
            hasSteps={actOnAlerts}
          />
        </Flex>
      }
    >
      <MaskedNote />
      <Filters filter={filter} assignees={assigneesOf(shown)} onChange={change} />
      {actOnAlerts && chosen.size > 0 && (
        <Flex gap={8} wrap align="center" style={{ marginBottom: 12 }} aria-live="polite">
          <span>
            {chosen.size} {say('chosen')}
          </span>
          <ActionButtons actions={actions} alerts={[...chosen.values()]} />
          <Button type="link" onClick={() => setChosen(NONE)}>
            {pick(ALERT_TEXTS.clear)}
          </Button>
        </Flex>
      )}
      <Loaded query={alerts} isEmpty={(items) => items.length === 0}>
        {(items) => <AlertTable alerts={items} choice={actOnAlerts ? { chosen, choose } : undefined} />}
      </Loaded>
      {alerts.hasNextPage && (
        <Button
          block
          style={{ marginTop: 8 }}
          loading={alerts.isFetchingNextPage}
          onClick={() => void alerts.fetchNextPage()}
        >
          {say('more')}
        </Button>
      )}
      {actions.dialog}
    </Page>
  );
}

/** The filter stands in the address, so that a link shows the same to somebody else. */
function useFilter(): readonly [AlertFilter, (filter: AlertFilter) => void] {
  const search = useSearch();
  const [path, go] = useLocation();
  return [
    filterOf(search),
    (filter) => {
      const next = searchOf(filter);
      go(next === '' ? path : `${path}?${next}`, { replace: true });
    },
  ];
}

function useAlerts(filter: AlertFilter) {
  const { name: me } = useMe();
  return useInfiniteQuery({
    queryKey: ['alerts', filter],
    queryFn: ({ pageParam }) =>
      ask<AlertPage>(`/v1/alerts${query({ ...askedOf(filter, { me, now: now() }), limit: PAGE, cursor: pageParam })}`),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
}

function assigneesOf(alerts: readonly Alert[]): readonly string[] {
  return [...new Set(alerts.flatMap(({ assignee }) => (assignee === undefined ? [] : [assignee])))].sort();
}
