/** Which traces are kept, as `OTEL_TRACES_SAMPLER` and its argument say. What nobody knows is told, and the default taken. */
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { Config } from '../config.ts';
import type { TracingOptions } from '../tracing.ts';

const PARENT_BASED = 'parentbased_';

export function samplerOf(
  { otelSampler, otelSamplerArg }: Pick<Config, 'otelSampler' | 'otelSamplerArg'>,
  logger: TracingOptions['logger'],
): Sampler {
  const followsParent = otelSampler.startsWith(PARENT_BASED);
  const root = rootOf(followsParent ? otelSampler.slice(PARENT_BASED.length) : otelSampler, otelSamplerArg);
  if (root !== null) return followsParent ? new ParentBasedSampler({ root }) : root;
  logger.warn({ sampler: otelSampler, argument: otelSamplerArg }, 'this sampler is not known; all traces are kept');
  return new ParentBasedSampler({ root: new AlwaysOnSampler() });
}

function rootOf(name: string, argument: string | undefined): Sampler | null {
  if (name === 'always_on') return new AlwaysOnSampler();
  if (name === 'always_off') return new AlwaysOffSampler();
  const ratio = Number(argument ?? '1');
  return name === 'traceidratio' && ratio >= 0 && ratio <= 1 ? new TraceIdRatioBasedSampler(ratio) : null;
}
