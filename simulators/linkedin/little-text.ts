/**
 * LinkedIn's "little text": what readers see of a commentary. Reserved characters must be escaped with a backslash
 * unless they make a mention, a hashtag or a hashtag template; at the first that is not, the text ends.
 */
export function shownText(commentary: string): string {
  let shown = '';
  let rest = commentary;
  while (rest !== '') {
    const element = elements.map((pattern) => pattern.exec(rest)).find((match) => match !== null);
    if (element === undefined || element === null) return shown;
    shown += textOf(element);
    rest = rest.slice(element[0].length);
  }
  return shown;
}

/** The commentary without its escapes: what its author meant, and what its length is measured on. */
export const unescaped = (commentary: string): string => commentary.replaceAll(escaped, '$1');

const escaped = /\\([\\|{}@[\]()<>#*_~])/g;

const elements = [
  /^[^\\|{}@[\]()<>#*_~]+/u,
  /^\\(?<plain>[\\|{}@[\]()<>#*_~])/u,
  /^@\[(?<mention>(?:[^\\\]]|\\.)+)\]\(urn:li:(?:person|organization):[\w-]+\)/u,
  /^\{hashtag\|\\?[##]\|(?<template>[^}]+)\}/u,
  /^#(?<hashtag>[\p{L}\p{N}]+)/u,
];

function textOf({ 0: whole, groups }: RegExpExecArray): string {
  if (groups?.['plain'] !== undefined) return groups['plain'];
  if (groups?.['mention'] !== undefined) return unescaped(groups['mention']);
  if (groups?.['template'] !== undefined) return `#${unescaped(groups['template'])}`;
  return whole;
}
