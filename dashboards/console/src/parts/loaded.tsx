/** What stands where data is to be: while it loads, where it failed, where there is none, and where it is old. */
import type { UseQueryResult } from '@tanstack/react-query';
import { Alert, Button, Empty, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { toldOf } from '../faults.ts';
import { useFormats } from '../me.tsx';
import { usePreferences } from '../preferences.tsx';

export interface LoadedProps<T> {
  readonly query: Pick<UseQueryResult<T>, 'data' | 'error' | 'isError' | 'dataUpdatedAt'> & { refetch(): unknown };
  readonly isEmpty?: (data: T) => boolean;
  readonly children: (data: T) => ReactNode;
}

export function Loaded<T>({ query, isEmpty, children }: LoadedProps<T>) {
  const { say, language } = usePreferences();
  const { time } = useFormats();
  const { data, error, isError, refetch, dataUpdatedAt } = query;
  const again = (
    <Button size="small" onClick={() => void refetch()}>
      {say('again')}
    </Button>
  );
  if (data === undefined && error !== null) {
    return <Alert type="error" showIcon title={say('failed')} description={toldOf(error, language)} action={again} />;
  }
  if (data === undefined) return <Skeleton active aria-label={say('loading')} />;
  return (
    <>
      {isError && (
        <Alert
          type="warning"
          showIcon
          title={`${say('stale')} ${time(dataUpdatedAt)}`}
          action={again}
          style={{ marginBottom: 8 }}
        />
      )}
      {isEmpty?.(data) === true ? (
        <Empty description={say('nothing')} image={Empty.PRESENTED_IMAGE_SIMPLE} />
      ) : (
        children(data)
      )}
    </>
  );
}
