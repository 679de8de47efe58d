/**
 * ECharts in React: lines and bars, which most panels are. Loaded only where a chart is shown; what fewer panels need
 * (pies, maps of hours, graphs) is in files of its own.
 */
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendScrollComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';

use([LineChart, BarChart, CanvasRenderer, GridComponent, LegendScrollComponent, TooltipComponent, MarkLineComponent]);

export interface ChartProps {
  readonly option: EChartsCoreOption;
  readonly dark: boolean;
  /** What it shows, for those who do not see it. */
  readonly label: string;
  readonly height?: number;
  readonly onClick?: (name: string) => void;
}

export function EChart({ option, dark, label, height = 260, onClick }: ChartProps) {
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
    chart.current?.setOption({ backgroundColor: 'transparent', ...option }, { notMerge: true });
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
