import { useId } from "react";
import "./segmented-control.css";

interface SegmentedControlProps<Option extends string> {
  readonly label: string;
  readonly options: readonly Option[];
  readonly value: Option;
  readonly onChange: (option: Option) => void;
}

/** Radio buttons side by side: one of a few options, all of them visible. */
export function SegmentedControl<Option extends string>({
  label,
  options,
  value,
  onChange,
}: SegmentedControlProps<Option>) {
  const name = useId();
  return (
    <fieldset className="segmented-control">
      <legend className="visually-hidden">{label}</legend>
      {options.map((option) => (
        <label key={option}>
          <input
            type="radio"
            className="visually-hidden"
            name={name}
            checked={option === value}
            onChange={() => onChange(option)}
          />
          <span>{option}</span>
        </label>
      ))}
    </fieldset>
  );
}
