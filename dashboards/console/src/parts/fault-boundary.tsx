/** Keeps a page that met a fault from taking the whole console with it. */
import { Result } from 'antd';
import { Component, type ReactNode } from 'react';

interface Props {
  readonly title: string;
  readonly children: ReactNode;
}

export class FaultBoundary extends Component<Props, { readonly fault: Error | null }> {
  override state = { fault: null as Error | null };

  static getDerivedStateFromError(fault: Error) {
    return { fault };
  }

  override render() {
    const { fault } = this.state;
    if (fault === null) return this.props.children;
    return <Result status="error" title={this.props.title} subTitle={fault.message} />;
  }
}
