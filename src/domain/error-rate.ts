const windowSize = 200;
/** Fewer answers say nothing about the rest. */
const leastAnswers = 100;
const highestShare = 0.3;

/** Watches the latest answers of a campaign for too many refusals. */
export interface ErrorRate {
  note(isError: boolean): void;
  isTooHigh(): boolean;
}

/** Of the last 200 messages, at most three in ten may fail for reasons that more sending would not cure. */
export function watchErrors(): ErrorRate {
  const latest: boolean[] = [];
  let errors = 0;
  return {
    note(isError) {
      latest.push(isError);
      if (isError) errors += 1;
      if (latest.length > windowSize && latest.shift() === true) errors -= 1;
    },
    isTooHigh: () => latest.length >= leastAnswers && errors / latest.length > highestShare,
  };
}
