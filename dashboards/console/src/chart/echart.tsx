/** ECharts in React. Loaded only where a chart is shown. */
import { BarChart, HeatmapChart, LineChart, PieChart } from 'echarts/charts';
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';

use([
  ...[LineChart, BarChart, PieChart, HeatmapChart, CanvasRenderer],
  ...[GridComponent, LegendComponent, TooltipComponent, VisualMapComponent, MarkLineComponent, AriaComponent],
]);

interface Props {
  readonly option: EChartsCoreOption;
  readonly dark: boolean;
  readonly label: string;
  readonly height?: number;
  readonly onClick?: (name: string) => void;
}

export function EChart({ option, dark, label, height = 260, onClick }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ReturnType<typeof init> | null>(null);
  useEffect(() => {
    const element = place.current as HTMLDivElement;
    const made = init(element, dark ? 'dark' : null);
    chart.current = made;
    const resized = new ResizeObserver(() => {
      made.resize();
      // Drawn at once: what waits for the next frame flickers, and is missing from a picture.
      made.getZr().flush();
    });
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.dispose();
    };
  }, [dark]);
  // A chart that is made anew for another theme is drawn anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: dark decides which chart is drawn on.
  useEffect(() => {
    chart.current?.setOption(
      { backgroundColor: 'transparent', aria: { enabled: true }, ...option },
      { notMerge: true },
    );
  }, [option, dark]);
  useEffect(() => {
    const made = chart.current;
    if (onClick === undefined || made === null) return;
    const listener = (event: { name?: string }) => onClick(event.name ?? '');
    made.on('click', listener);
    return () => {
      made.off('click', listener);
    };
  }, [onClick]);
  return <div ref={place} role="img" aria-label={label} style={{ height, width: '100%' }} />;
}
