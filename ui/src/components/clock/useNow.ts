import { useEffect, useState } from 'react';

/** This machine's time, anew every `seconds`. */
export function useNow(seconds = 1): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(new Date());
    }, seconds * 1000);
    return () => {
      clearInterval(timer);
    };
  }, [seconds]);
  return now;
}
