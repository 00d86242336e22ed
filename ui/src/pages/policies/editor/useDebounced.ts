import { useEffect, useState } from 'react';

/** The value once it has stayed the same for `milliseconds`. Compared by what it says, not by identity. */
export function useDebounced<T>(value: T, milliseconds: number): T {
  const [settled, setSettled] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    if (JSON.stringify(settled) === text) return undefined;
    const timer = setTimeout(() => {
      setSettled(value);
    }, milliseconds);
    return () => {
      clearTimeout(timer);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `text` stands for `value`, which is a new object in every render
  }, [text, settled, milliseconds]);
  return settled;
}
