/** A party on one page: file, limits used, money over time, alerts, rating, invoices, changes and transfers. */
import { useQuery } from '@tanstack/react-query';
import { Card, Col, Descriptions, Empty, Flex, Input, Row, Tag } from 'antd';
import { useLocation } from 'wouter';
import { labelOf } from '../../../panels/words.ts';
import { AlertTable } from '../alerts/table.tsx';
import { ask, type Party as PartyBody } from '../api.ts';
import { countryName } from '../format.ts';
import { FreezeButton } from '../parts/freeze-button.tsx';
import { Legs } from '../parts/legs.tsx';
import { LimitsUsed } from '../parts/limits-used.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { MaskedNote, Personal } from '../parts/masked.tsx';
import { Page } from '../parts/page.tsx';
import { Changes } from '../party/changes.tsx';
import { Invoices, Rating } from '../party/debts.tsx';
import { Flow } from '../party/flow.tsx';
import { usePreferences } from '../preferences.tsx';

const REFRESH_MS = 15_000;

// biome-ignore lint/style/noDefaultExport: React loads pages by their default export.
export default function Party({ id }: { readonly id: string | null }) {
  const { say } = usePreferences();
  const [, go] = useLocation();
  const find = (
    <Input.Search
      placeholder={say('find')}
      aria-label={say('find')}
      enterButton={say('show')}
      style={{ width: 280 }}
      onSearch={(text) => text.trim() !== '' && go(`/parties/${encodeURIComponent(text.trim())}`)}
    />
  );
  return (
    <Page
      title={id ?? say('parties')}
      extra={
        <Flex gap={8} wrap>
          {id !== null && <FreezeButton party={id} />}
          {find}
        </Flex>
      }
    >
      <MaskedNote />
      {id === null ? <Empty description={say('find')} /> : <Known id={id} />}
    </Page>
  );
}

function Known({ id }: { readonly id: string }) {
  const party = useQuery({
    queryKey: ['party', id],
    queryFn: () => ask<PartyBody>(`/v1/parties/${encodeURIComponent(id)}`),
    refetchInterval: REFRESH_MS,
  });
  const { say } = usePreferences();
  return (
    <Loaded query={party}>
      {(found) => (
        <Row gutter={[12, 12]}>
          <Col xs={24} xl={12}>
            <Profile party={found} />
          </Col>
          <Col xs={24} xl={12}>
            <LimitsUsed party={found} />
          </Col>
          <Col span={24}>
            <Flow party={id} />
          </Col>
          {found.alerts.length > 0 && (
            <Col span={24}>
              <Card size="small" title={say('alerts')}>
                <AlertTable alerts={found.alerts} />
              </Card>
            </Col>
          )}
          {found.invoices.length > 0 && (
            <Col span={24}>
              <Invoices party={found} />
            </Col>
          )}
          {found.rating !== null && (
            <Col span={24}>
              <Rating party={found} />
            </Col>
          )}
          <Col span={24}>
            <Changes party={id} />
          </Col>
          <Col span={24}>
            <Card size="small" title={say('history')}>
              <Legs legs={found.history.items} />
            </Card>
          </Col>
        </Row>
      )}
    </Loaded>
  );
}

interface File {
  readonly kind?: string;
  readonly name?: string;
  readonly country?: string;
  readonly zone?: string;
  readonly tags?: readonly string[];
  readonly accounts?: readonly string[];
}

function Profile({ party }: { readonly party: PartyBody }) {
  const { say, language } = usePreferences();
  const file = party.profile as File | null;
  return (
    <Card size="small" title={say('profile')} style={{ height: '100%' }}>
      {file === null ? (
        say('noProfile')
      ) : (
        <Descriptions size="small" column={{ xs: 1, sm: 2 }}>
          <Descriptions.Item label={say('name')}>
            <Personal>{file.name ?? '–'}</Personal>
          </Descriptions.Item>
          <Descriptions.Item label={say('kind')}>
            {file.kind === undefined ? '–' : labelOf('customerKind', file.kind, language)}
          </Descriptions.Item>
          <Descriptions.Item label={say('country')}>
            {file.country === undefined ? '–' : countryName(file.country, language)}
          </Descriptions.Item>
          <Descriptions.Item label={say('zone')}>{file.zone ?? party.limits.zone}</Descriptions.Item>
          <Descriptions.Item label={say('tags')}>
            {(file.tags ?? []).length === 0 ? '–' : (file.tags ?? []).map((tag) => <Tag key={tag}>{tag}</Tag>)}
          </Descriptions.Item>
          <Descriptions.Item label={say('accounts')}>
            <Personal>{(file.accounts ?? []).join(', ') || '–'}</Personal>
          </Descriptions.Item>
        </Descriptions>
      )}
    </Card>
  );
}
