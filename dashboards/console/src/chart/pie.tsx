/** ECharts with pies. */
import { PieChart } from 'echarts/charts';
import { use } from 'echarts/core';
import { EChart } from './echart.tsx';

use([PieChart]);

export const Pie = EChart;
