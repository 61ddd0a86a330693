/** Pictures of links that n8n fetches itself. */
import { afterAll, describe, expect, it } from 'vitest';
import { startLocalServer } from '../engine/localServer.mts';
import { createFrom } from '../engine/workflowBuilder.mts';
import { picture, setupNodeTest, errorText } from '../engine/nodeTest.mts';
import { pngUri } from '../simulator/testClient.mts';

const harness = await setupNodeTest();
const red = await picture('#c03030');

let requests = 0;
const host = await startLocalServer((request, response) => {
	requests++;
	switch (request.url) {
		case '/red.png':
			response.setHeader('content-type', 'image/png');
			return response.end(red);
		case '/page':
			response.setHeader('content-type', 'text/html');
			return response.end('<!doctype html><html><body>Sign in to see this file</body></html>');
		case '/large':
			response.setHeader('content-type', 'image/png');
			response.setHeader('content-length', String(21 * 1024 * 1024));
			return response.end(red);
		default:
			response.statusCode = 404;
			return response.end('No such file');
	}
});
afterAll(async () => await host[Symbol.asyncDispose]());

const fetchFrom = (name: string) => ({
	...createFrom(`${host.url}/${name}`),
	options: { linkTransport: 'fetch' },
});

describe('with Link Transport set to Fetch', () => {
	it('the service gets the picture itself, and each link is fetched once a run', async () => {
		requests = 0;
		const result = await harness.run([{}, {}, {}], fetchFrom('red.png'));

		expect(result.error).toBeUndefined();
		expect(requests).toBe(1);
		const url = pngUri(red);
		for (const body of harness.createdBodies()) {
			expect(body).toMatchObject({ input: { media: [{ url }, { url }] } });
		}
		expect(harness.createdBodies()).toHaveLength(3);
		expect(result.items('Wan')[0]?.json).toHaveProperty('expectedVideo');
	});

	it('a picture that is given as a data URI or in the store is left as it is', async () => {
		const dataUri = pngUri(red);
		const options = { linkTransport: 'fetch' };
		const result = await harness.run([{}], { ...createFrom(dataUri), options });

		expect(result.error).toBeUndefined();
		expect(harness.createdBodies()).toMatchObject([{ input: { media: [{ url: dataUri }, {}] } }]);
	});

	it.each([
		['page', 'leads to a web page, not to a picture'],
		['large', 'leads to a file of more than 20 MB, which is too large'],
		['missing', 'leads to nothing that n8n may fetch: the server answered HTTP 404'],
	])('a link to %s is refused before anything is sent', async (name, problem) => {
		const result = await harness.run([{}], fetchFrom(name));

		expect(errorText(result)).toContain(`'First Frame URL' ${problem}`);
		expect(harness.count('create')).toBe(0);
	});

	it('no credential goes to the host of the picture', async () => {
		const headers: string[] = [];
		await using spy = await startLocalServer((request, response) => {
			headers.push(JSON.stringify(request.headers));
			response.end(red);
		});
		const parameters = { ...createFrom(`${spy.url}/a.png`), options: { linkTransport: 'fetch' } };
		await harness.run([{}], parameters);

		expect(headers).toHaveLength(1);
		expect(headers.join()).not.toMatch(/authorization|sk-/i);
	});
});
