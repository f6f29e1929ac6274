import { expect, it } from 'vitest';
import { hostsFor, publicHosts, resolveTarget, webUrl } from '../../../src/channels/http/hosts.ts';

const simulated = hostsFor({
  facebook: 'http://localhost:7311',
  instagram: 'https://graph.facebook.com',
  linkedin: 'http://localhost:7312/',
});

it('a simulated network plays all of its parts, the others stay as they are', () => {
  expect(simulated.linkedin).toEqual({
    api: 'http://localhost:7312/',
    web: 'http://localhost:7312/',
  });
  expect(simulated.instagram).toEqual(publicHosts.instagram);
  expect(webUrl(simulated, 'linkedin', '/feed/update/urn:li:share:1').href).toBe(
    'http://localhost:7312/feed/update/urn:li:share:1',
  );
});

it('an upload at a simulated network goes to the same place', () => {
  expect(resolveTarget(simulated, 'linkedin', { base: 'upload', path: '/u' })?.href).toBe('http://localhost:7312/u');
});

it('a URL of the real network never leaves the simulated one', () => {
  const target = { url: 'https://www.linkedin.com/dms-uploads/1?sig=2' };

  expect(resolveTarget(simulated, 'linkedin', target)?.href).toBe('http://localhost:7312/dms-uploads/1?sig=2');
  expect(resolveTarget(publicHosts, 'linkedin', target)?.href).toBe(target.url);
});

it('a network may not hand over a URL of another network or port', () => {
  expect(resolveTarget(simulated, 'linkedin', { url: 'http://localhost:7311/x' })).toBeNull();
  expect(resolveTarget(publicHosts, 'linkedin', { url: 'https://graph.facebook.com/x' })).toBeNull();
  expect(resolveTarget(publicHosts, 'linkedin', { url: 'http://www.linkedin.com/x' })).toBeNull();
  expect(resolveTarget(publicHosts, 'linkedin', { url: 'https://www.linkedin.com:8443/x' })).toBeNull();
});

it('a base may have a path of its own', () => {
  const hosts = { ...publicHosts, linkedin: { ...publicHosts.linkedin, api: 'https://gateway.example/li/' } };

  expect(resolveTarget(hosts, 'linkedin', { base: 'api', path: '/rest/posts' })?.href).toBe(
    'https://gateway.example/li/rest/posts',
  );
});
