/** ECharts with graphs of parties, which only the page of an alert needs. */
import { GraphChart } from 'echarts/charts';
import { use } from 'echarts/core';
import { EChart } from './echart.tsx';

use([GraphChart]);

export const Graph = EChart;
