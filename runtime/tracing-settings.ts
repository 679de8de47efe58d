/**
 * Settings of traces, under the names that OpenTelemetry gives them. What else the standard names (headers, time-out,
 * compression, certificates, attributes of the resource) the exporter reads from the environment by itself.
 */
import { setting } from './setting.ts';
import { httpUrl, onOrOff, plainText } from './written.ts';

export const tracingSettings = {
  otelEndpoint: setting(httpUrl(), {
    variable: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    default: null,
    en: 'Address of an OpenTelemetry receiver (OTLP over HTTP); traces go to /v1/traces there. Nothing is traced without it.',
    zh: 'OpenTelemetry 接收端地址（OTLP/HTTP），链路数据发往其 /v1/traces。未设置则不做链路追踪。',
  }),
  otelTracesEndpoint: setting(httpUrl(), {
    variable: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    default: null,
    en: 'Whole address for traces alone; goes before the other.',
    zh: '仅用于链路数据的完整地址；优先于上一项。',
  }),
  otelProtocol: setting(plainText(), {
    variable: 'OTEL_EXPORTER_OTLP_PROTOCOL',
    default: 'http/json',
    en: 'How the receiver is spoken to: JSON over HTTP, also where this says http/protobuf; with anything else nothing is traced.',
    zh: '与接收端的协议：HTTP 上的 JSON（写 http/protobuf 亦然）；其他取值则不做链路追踪。',
  }),
  otelServiceName: setting(plainText(1, 255), {
    variable: 'OTEL_SERVICE_NAME',
    default: null,
    en: 'Name of the service in traces; weir where neither this nor OTEL_RESOURCE_ATTRIBUTES has one.',
    zh: '链路数据中的服务名；本项与 OTEL_RESOURCE_ATTRIBUTES 均未设置时为 weir。',
  }),
  otelSampler: setting(plainText(), {
    variable: 'OTEL_TRACES_SAMPLER',
    default: 'parentbased_always_on',
    en: 'Which traces are kept: always_on, always_off, traceidratio, each also with parentbased_ before it.',
    zh: '采样方式：always_on、always_off、traceidratio，均可加前缀 parentbased_。',
  }),
  otelSamplerArg: setting(plainText(), {
    variable: 'OTEL_TRACES_SAMPLER_ARG',
    default: null,
    en: 'Part of the traces that traceidratio keeps, from 0 to 1; all where absent.',
    zh: 'traceidratio 的采样比例，0 到 1；未设置为全部。',
  }),
  otelTracesExporter: setting(plainText(), {
    variable: 'OTEL_TRACES_EXPORTER',
    default: 'otlp',
    en: 'With anything but otlp nothing is traced.',
    zh: '取值不是 otlp 时不做链路追踪。',
  }),
  otelDisabled: setting(onOrOff(), {
    variable: 'OTEL_SDK_DISABLED',
    default: 'false',
    en: 'With true nothing is traced.',
    zh: '取值为 true 时不做链路追踪。',
  }),
};
