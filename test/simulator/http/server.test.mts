import { describe, expect, it, vi } from 'vitest';

import { NOON_MS, WAN27, useServiceWithClock } from '../testing/serviceUnderTest.mts';
import { bodyFor, picture, pngUri } from '../testClient.mts';

const service = useServiceWithClock();

describe('the server', () => {
	it('records every request in order and counts them', async () => {
		const body = bodyFor(WAN27, {
			first: pngUri(await picture(300, 300, 'red')),
			last: service.frames.last,
		});
		const id = await service.client.createTask(body);
		await service.client.query(id);
		await service.client.call('GET', '/nowhere?x=1');
		expect(service.simulator.requests.map(({ kind, status: code }) => [kind, code])).toEqual([
			['create', 200],
			['file', 200],
			['query', 200],
			['other', 404],
		]);
		expect(service.simulator.requests[0]).toMatchObject({
			atMs: NOON_MS,
			method: 'POST',
			path: '/api/v1/services/aigc/video-generation/video-synthesis',
			body,
			headers: { authorization: 'Bearer sk-simulator' },
		});
		expect(service.simulator.requests[3]).toMatchObject({ path: '/nowhere', query: { x: '1' } });
		expect(service.simulator.count('query')).toBe(1);
		await vi.waitFor(() => expect(service.simulator.openRequests).toBe(0));
	});

	it('compresses JSON for clients that accept it', async () => {
		const path = `${service.simulator.url}/api/v1/models`;
		const authorization = `Bearer ${service.simulator.key}`;
		const encoding = async (accept: string): Promise<string | null> => {
			const headers = { authorization, 'accept-encoding': accept };
			return (await fetch(path, { headers })).headers.get('content-encoding');
		};
		expect(await encoding('gzip, br')).toBe('gzip');
		expect(await encoding('identity')).toBeNull();
		await service.start({ gzip: false });
		expect(
			(await service.client.call('GET', '/api/v1/models')).headers.has('content-encoding'),
		).toBe(false);
	});
});
