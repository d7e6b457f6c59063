import { useEffect, useRef } from 'preact/hooks';

/** Calls `tell` when `is` holds for the first time. */
export function useOnce(is: boolean, tell: () => void): void {
  const told = useRef(false);
  useEffect(() => {
    if (!is || told.current) return;
    told.current = true;
    tell();
  });
}
