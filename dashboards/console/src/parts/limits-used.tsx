/** What a party has used of its day and month limits, as bars. */
import { useQuery } from '@tanstack/react-query';
import { Card, Col, Flex, Progress, Row, Statistic, Typography } from 'antd';
import type { Party, Rules } from '../api.ts';
import { useFormats } from '../me.tsx';
import { usePreferences } from '../preferences.tsx';
import { PARTY_TEXTS } from '../words/parties.ts';
import { RULES_QUERY } from './tags.tsx';

type Money = Party['limits']['day']['outgoing'][number];

/** From this share on the bar warns. */
const NEAR_PERCENT = 80;

export function LimitsUsed({ party }: { readonly party: Party }) {
  const { say, pick } = usePreferences();
  const { data: rules } = useQuery(RULES_QUERY);
  const { grade, limitScalePercent = 100 } = (party.rating ?? {}) as {
    readonly grade?: string;
    readonly limitScalePercent?: number;
  };
  const { kind, tags } = (party.profile ?? {}) as { readonly kind?: string; readonly tags?: readonly string[] };
  const who = { ...(kind === undefined ? {} : { kind }), ...(tags === undefined ? {} : { tags }), grade: grade ?? 'A' };
  const { day, month } = party.limits;
  return (
    <Card
      size="small"
      title={say('limits')}
      extra={grade === undefined ? say('noRating') : `${say('rating')} ${grade}`}
      style={{ height: '100%' }}
    >
      <Row gutter={[12, 12]}>
        <Col xs={24} sm={12}>
          <Used
            title={`${say('today')} · ${day.date}`}
            used={day.outgoing}
            limit={limitOf(rules, 'limit-day', limitScalePercent, who)}
          />
        </Col>
        <Col xs={24} sm={12}>
          <Used
            title={`${say('thisMonth')} · ${month.month}`}
            used={month.outgoing}
            limit={limitOf(rules, 'limit-month', limitScalePercent, who)}
          />
        </Col>
      </Row>
      <Typography.Text type="secondary">{pick(PARTY_TEXTS.generalLimit)}</Typography.Text>
    </Card>
  );
}

function Used({
  title,
  used,
  limit,
}: {
  readonly title: string;
  readonly used: readonly Money[];
  readonly limit: Money | null;
}) {
  const { pick } = usePreferences();
  const { money } = useFormats();
  const own = limit === null ? undefined : (used.find(({ currency }) => currency === limit.currency)?.minor ?? 0);
  const nothing = limit === null ? '–' : money({ minor: 0, currency: limit.currency });
  const usedWritten = used.length === 0 ? nothing : used.map(money).join(' · ');
  const percent = own === undefined || limit === null ? null : Math.round((100 * own) / Math.max(1, limit.minor));
  return (
    <Flex vertical>
      <Statistic title={title} value={usedWritten} styles={{ content: { fontSize: 18 } }} />
      {percent !== null && limit !== null && (
        <>
          <Progress
            aria-label={title}
            percent={percent}
            size="small"
            status={percent >= 100 ? 'exception' : 'normal'}
            {...(percent >= NEAR_PERCENT && percent < 100 ? { strokeColor: '#d46b08' } : {})}
            format={() => `${percent}%`}
          />
          <Typography.Text type="secondary" style={{ whiteSpace: 'nowrap' }}>
            {pick(PARTY_TEXTS.of)} {money(limit)}
          </Typography.Text>
        </>
      )}
    </Flex>
  );
}

/** Whom a group of customers is told by. */
interface Who {
  readonly kind?: string;
  readonly tags?: readonly string[];
  readonly grade: string;
}

type When = Rules['items'][number]['groups'][number]['when'];

/** The limit of such a customer as the settings have it: of the groups that it is in, later ones win. */
function limitOf(rules: Rules | undefined, id: string, scalePercent: number, who: Who): Money | null {
  const rule = rules?.items.find((one) => one.id === id);
  if (rule === undefined) return null;
  let isJudged = rule.enabled;
  let limit = rule.options.find(({ name }) => name === 'limit')?.value as Money | undefined;
  for (const { when, enabled, options } of rule.groups) {
    if (!isOf(when, who)) continue;
    isJudged = enabled ?? isJudged;
    limit = (options.limit as Money | undefined) ?? limit;
  }
  if (!isJudged || limit === undefined) return null;
  return { minor: Math.floor((limit.minor * scalePercent) / 100), currency: limit.currency };
}

function isOf({ kind, tag, grade }: When, who: Who): boolean {
  return (
    (kind === undefined || kind === who.kind) &&
    (tag === undefined || who.tags?.includes(tag) === true) &&
    (grade === undefined || grade === who.grade)
  );
}
