/** An evaluation as tables for the terminal, in English or Chinese. */
import type { Evaluation, NamedScore } from './evaluate.ts';

export type Language = 'en' | 'zh';

interface Column<T> {
  readonly en: string;
  readonly zh: string;
  readonly value: (row: T) => string;
}

const SCORES: readonly Column<NamedScore>[] = [
  { en: 'rule', zh: '规则', value: ({ name }) => name },
  { en: 'alerts', zh: '预警', value: ({ alerts }) => String(alerts) },
  { en: '/1k', zh: '每千笔', value: (score) => score.alertsPerThousandTransfers.toFixed(2) },
  { en: 'accounts', zh: '账户', value: ({ named }) => String(named) },
  { en: 'right', zh: '正确', value: ({ right }) => String(right) },
  { en: 'precision', zh: '精确率', value: ({ precision }) => decimals(precision) },
  { en: 'recall', zh: '召回率', value: ({ recall }) => decimals(recall) },
  { en: 'F1', zh: 'F1', value: ({ f1 }) => decimals(f1) },
];

const VISIBLE: readonly Column<NamedScore>[] = [
  { en: 'visible recall', zh: '可见召回率', value: ({ visibleRecall }) => decimals(visibleRecall) },
  { en: 'visible F1', zh: '可见 F1', value: ({ visibleF1 }) => decimals(visibleF1) },
];

const TYPOLOGIES: readonly Column<Evaluation['typologies'][number]>[] = [
  { en: 'typology', zh: '类型', value: ({ typology }) => typology },
  { en: 'labelled', zh: '标注', value: ({ labelled }) => String(labelled) },
  { en: 'found', zh: '发现', value: ({ found }) => String(found) },
  { en: 'recall', zh: '召回率', value: ({ recall }) => decimals(recall) },
  { en: 'cases', zh: '案例', value: ({ cases }) => (cases === 0 ? '–' : String(cases)) },
  { en: 'cases found', zh: '发现案例', value: ({ cases, casesFound }) => (cases === 0 ? '–' : String(casesFound)) },
  { en: 'best rule', zh: '最佳规则', value: ({ best }) => best?.rule ?? '–' },
  { en: 'precision', zh: '精确率', value: ({ best }) => decimals(best?.precision ?? null) },
  { en: 'recall', zh: '召回率', value: ({ best }) => decimals(best?.recall ?? null) },
  { en: 'F1', zh: 'F1', value: ({ best }) => decimals(best?.f1 ?? null) },
];

export function formatEvaluation(evaluation: Evaluation, language: Language): string {
  const family = language === 'zh' ? '类别' : 'family';
  const rows: NamedScore[] = [
    ...evaluation.rules,
    ...evaluation.families.map((score) => ({ ...score, name: `${family} ${score.name}` })),
    { ...evaluation.overall, name: language === 'zh' ? '全部' : 'all rules' },
  ];
  const columns = evaluation.visible === null ? SCORES : [...SCORES, ...VISIBLE];
  return [
    summary(evaluation, language),
    table(columns, rows, language),
    table(TYPOLOGIES, evaluation.typologies, language),
  ].join('\n\n');
}

function summary({ population, labelled, visible }: Evaluation, language: Language): string {
  const { accounts, transfers } = population;
  const share = labelled === 0 || visible === null ? null : (visible / labelled).toFixed(3);
  if (language === 'zh') {
    const seen = share === null ? '' : `，其中 ${visible} 个有可见的植入转账（召回率上限 ${share}）`;
    return `${accounts} 个账户，${transfers} 笔转账，${labelled} 个标注账户${seen}。按账户计：每规则每账户只计一次；仅参与案例的账户不计对错。`;
  }
  const seen = share === null ? '' : `, ${visible} of them touched by a planted transfer (recall can reach ${share})`;
  return (
    `${accounts} accounts, ${transfers} transfers, ${labelled} labelled accounts${seen}. ` +
    'By account, each once; accounts that only took part in a planted case count neither as right nor as wrong.'
  );
}

function table<T>(columns: readonly Column<T>[], rows: readonly T[], language: Language): string {
  const cells = [
    columns.map((column) => column[language]),
    ...rows.map((row) => columns.map(({ value }) => value(row))),
  ];
  const widths = columns.map((_column, index) => Math.max(...cells.map((line) => widthOf(line[index] as string))));
  const lines = cells.map((line) =>
    line
      .map((cell, index) => {
        const blanks = ' '.repeat((widths[index] as number) - widthOf(cell));
        // Names stand to the left, numbers to the right.
        return index === 0 ? cell + blanks : blanks + cell;
      })
      .join('  ')
      .trimEnd(),
  );
  const rule = '-'.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

function decimals(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}

/** Chinese characters and punctuation take two columns of a terminal. */
function widthOf(text: string): number {
  return text.replace(/[\u3000-\u303f\u3400-\u9fff\uff00-\uff60]/g, '  ').length;
}
