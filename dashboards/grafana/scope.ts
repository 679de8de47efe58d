/**
 * How panels speak to Grafana: macros of its ClickHouse plugin and dashboard variables. The plugin fills them in
 * before the statement is sent, so values of variables that are texts are quoted here.
 */
import { minorDigits, OTHER_DIGITS } from '../../schemas/currencies.ts';
import type { MoneyIn, Scope } from '../panels/panel.ts';
import { everyStep, stepOf } from '../panels/steps.ts';
import type { Words } from '../panels/words.ts';

/** What dashboards are made for; all else follows from the panels. */
export interface Institution {
  readonly zone: string;
  readonly baseCurrency: string;
}

/** Value of the variable `currency` that asks for all amounts, converted. */
export const BASE = 'base';

const FROM = '$__fromTime_ms';
const TO = '$__toTime_ms';
const SECONDS = '$__interval_s';
const CHOSEN = `'\${currency}'`;

export function grafanaScope({ zone, baseCurrency }: Institution, language: keyof Words): Scope {
  const inZone = `'${zone}'`;
  return {
    within: (column) => `$__timeFilter_ms(${column})`,
    from: FROM,
    to: TO,
    now: 'now64(3)',
    step: (column) => stepOf(column, SECONDS, inZone),
    stepSeconds: SECONDS,
    everyStep: everyStep({ from: FROM, to: TO, seconds: SECONDS, zone: inZone }),
    inCurrency: (column) => `(${CHOSEN} = '${BASE}' OR ${column} = ${CHOSEN})`,
    ownCurrency: (column) => `${column} = if(${CHOSEN} = '${BASE}', '${baseCurrency}', ${CHOSEN})`,
    amount: (own, base) => `if(${CHOSEN} = '${BASE}', ${base}, ${own})`,
    money: (minor, currency) => `toFloat64(${minor}) / ${unitsOf(currency, baseCurrency)}`,
    ofRules: (column) => `$__conditionalAll(${column} IN (\${rule:singlequote}), $rule)`,
    // Whoever may open these dashboards sees all of them.
    unlessRestricted: () => 'true',
    words: (english, chinese) => (language === 'zh' ? chinese : english),
    inZone: (column) => `toTimeZone(${column}, ${inZone})`,
  };
}

/** Minor units in one unit of the currency, as SQL. */
function unitsOf(currency: MoneyIn, baseCurrency: string): string {
  if (currency === 'base') return String(10 ** minorDigits(baseCurrency));
  const code = currency === 'row' ? 'currency' : `if(${CHOSEN} = '${BASE}', '${baseCurrency}', ${CHOSEN})`;
  const others = [...OTHER_DIGITS];
  const codes = others.map(([name]) => `'${name}'`).join(', ');
  const units = others.map(([, digits]) => 10 ** digits).join(', ');
  return `transform(${code}, [${codes}], [${units}], 100)`;
}
