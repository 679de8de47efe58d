/** A page: its heading, what stands beside it, and what it holds. */
import { Flex, Typography } from 'antd';
import type { ReactNode } from 'react';

export function Page({
  title,
  extra,
  children,
}: {
  readonly title: ReactNode;
  readonly extra?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <main>
      <Flex align="center" justify="space-between" wrap gap={8} style={{ marginBottom: 12 }}>
        <Typography.Title level={1} style={{ fontSize: 20, margin: 0, overflowWrap: 'anywhere' }}>
          {title}
        </Typography.Title>
        {extra}
      </Flex>
      {children}
    </main>
  );
}
