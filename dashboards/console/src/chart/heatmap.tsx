/** ECharts with maps of hours and days. */
import { HeatmapChart } from 'echarts/charts';
import { VisualMapContinuousComponent } from 'echarts/components';
import { use } from 'echarts/core';
import { EChart } from './echart.tsx';

use([HeatmapChart, VisualMapContinuousComponent]);

export const Heatmap = EChart;
