/** Freezes a party, or lifts its freeze, from wherever the party is looked at; for those who may. */
import { Button, Flex, Tag } from 'antd';
import { useState } from 'react';
import { useMay } from '../me.tsx';
import { useMeasures } from '../measures.ts';
import { usePreferences } from '../preferences.tsx';
import { EMERGENCY, measureWords, undoWords, untilWords } from '../words/emergency.ts';
import { MeasureDialog } from './measure-dialog.tsx';

export function FreezeButton({ party }: { readonly party: string }) {
  const { takeMeasures } = useMay();
  return takeMeasures ? <Freezing party={party} /> : null;
}

function Freezing({ party }: { readonly party: string }) {
  const { pick } = usePreferences();
  const { data } = useMeasures();
  const [isAsking, setAsking] = useState(false);
  if (data === undefined) return null;
  const isFrozen = data.items.some(({ kind, party: frozen }) => kind === 'freeze' && frozen === party);
  const action = isFrozen ? EMERGENCY.unfreeze : EMERGENCY.freeze;
  const measure = { kind: 'freeze', party } as const;
  const effects = isFrozen ? [undoWords(measure)] : [measureWords(measure), untilWords(null), EMERGENCY.reversible];
  return (
    <Flex align="center" gap={8}>
      {isFrozen && <Tag color="red">{pick(EMERGENCY.frozen)}</Tag>}
      <Button danger={!isFrozen} onClick={() => setAsking(true)}>
        {pick(action)}
      </Button>
      {isAsking && (
        <MeasureDialog
          order={{ kind: isFrozen ? 'unfreeze' : 'freeze', party }}
          action={action}
          effects={effects}
          onClosed={() => setAsking(false)}
        />
      )}
    </Flex>
  );
}
