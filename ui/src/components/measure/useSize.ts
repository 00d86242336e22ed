import { useCallback, useState } from 'react';

/** The width and height of an element, kept true while it lives. `first` stands until it was measured. */
export function useSize(first: { width: number; height: number }): [
  (element: HTMLElement | null) => (() => void) | undefined,
  { width: number; height: number },
] {
  const [size, setSize] = useState(first);
  const measure = useCallback((element: HTMLElement | null) => {
    if (!element) return undefined;
    const read = () => {
      const { clientWidth: width, clientHeight: height } = element;
      if (width > 0) {
        setSize((old) => (old.width === width && old.height === height ? old : { width, height }));
      }
    };
    const observer = new ResizeObserver(read);
    observer.observe(element);
    read();
    return () => {
      observer.disconnect();
    };
  }, []);
  return [measure, size];
}
