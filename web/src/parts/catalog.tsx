import { useId } from 'preact/hooks';
import type { CatalogTable, Model } from '../engine';

interface Props {
  tables: CatalogTable[];
  label: string;
  /** the choice that stands for none */
  none: string;
  choose: (model: Model) => void;
}

/** Real models, with what was measured of them. */
export function CatalogChoice({ tables, label, none, choose }: Props) {
  const id = useId();
  return (
    <p class="choice">
      <label for={id}>{label}</label>
      <select
        id={id}
        value=""
        onChange={(event) => {
          const [table, model] = event.currentTarget.value.split('/').map(Number);
          event.currentTarget.value = '';
          const chosen = tables[table ?? -1]?.models[model ?? -1];
          if (chosen) choose(chosen);
        }}
      >
        <option value="">{none}</option>
        {tables.map(({ name, models }, i) => (
          <optgroup key={name} label={name.replace(/\.csv$/, '').replaceAll('_', ' ')}>
            {models.map((model, j) => (
              <option key={model.name} value={`${i}/${j}`}>
                {model.name}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </p>
  );
}
