// The roles, each of which includes the ones before it, and a menu of a closed list.

export const ROLES = ['viewer', 'developer', 'approver', 'admin'];
/** `none`: only what is given on single repositories. */
export const SERVER_ROLES = ['none', ...ROLES];

interface Props {
  label?: string;
  value: string;
  choices: string[];
  choose: (value: string) => void;
}

export function Choice({ label, value, choices, choose }: Props) {
  return (
    <select aria-label={label} value={value} onChange={(event) => choose(event.currentTarget.value)}>
      {choices.map((one) => <option key={one} value={one}>{one}</option>)}
    </select>
  );
}
