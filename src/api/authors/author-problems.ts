import type { PhoneFault } from '../../platform/phone.ts';
import type { FieldError } from '../problem.ts';

const faults: Readonly<Record<PhoneFault, string>> = {
  country_unknown: 'needs its country code, or a `country` beside it',
  not_a_number: 'is not a telephone number',
  too_short: 'is too short for a number',
  too_long: 'is too long for a number',
  not_in_use: 'is not a number that its country gives out',
};

export function badPhone(fault: PhoneFault): FieldError {
  return { pointer: '/phone', rule: `phone_${fault}`, limit: null, value: null, detail: faults[fault] };
}

export const phoneTaken: FieldError = {
  pointer: '/phone',
  rule: 'unique',
  limit: null,
  value: null,
  detail: 'is the number of another contact',
};
