/** What may become of an answer: what is said (the simulator's faults) and how it is delivered (the proxy's damage). */
import type { FaultEffect } from '../simulator/index.mts';
import type { AttackedCall, Damage } from './proxy.mts';

export interface Mutation {
	readonly name: string;
	/** The calls that it makes sense for; all if left out. */
	readonly calls?: readonly AttackedCall[];
	readonly effect: FaultEffect | Damage;
}

const JSON_CALLS: readonly AttackedCall[] = ['create', 'query', 'list', 'cancel', 'policy'];
const WITH_BODY: readonly AttackedCall[] = ['create', 'upload'];
/** Deep enough to end the process where it is parsed or written by recursion. */
const DEPTH = 20_000;

const said = (name: string, effect: FaultEffect, calls?: readonly AttackedCall[]): Mutation => ({
	name,
	effect,
	...(calls && { calls }),
});
const delivered = (name: string, effect: Damage, calls?: readonly AttackedCall[]): Mutation => ({
	name,
	effect,
	...(calls && { calls }),
});
const text = (name: string, body: string): Mutation =>
	said(name, { effect: 'text', text: body }, JSON_CALLS);
const set = (name: string, call: AttackedCall, fields: Record<string, unknown>): Mutation =>
	said(name, { effect: 'set', fields }, [call]);

const CONTENT_FAULTS: readonly Mutation[] = [
	...[200, 403, 404, 408, 502].map((status) =>
		said(`a page with ${status}`, { effect: 'html', status }),
	),
	said('an empty body', { effect: 'empty' }),
	said('half a JSON', { effect: 'invalidJson' }),
	said('a redirect', { effect: 'redirect', location: 'http://127.0.0.1:9/elsewhere' }),
	said('a redirect to nowhere', { effect: 'redirect', location: '//', status: 308 }),
	said('401', { effect: 'error', code: 'InvalidApiKey', status: 401 }),
	said('403', { effect: 'error', code: 'AccessDenied', status: 403 }),
	said('404', { effect: 'error', code: 'NoSuchKey', status: 404 }),
	said('429 with Retry-After', {
		effect: 'error',
		code: 'Throttling.RateQuota',
		status: 429,
		headers: { 'retry-after': '7' },
	}),
	said('503 with a broken Retry-After', {
		effect: 'error',
		code: 'SystemError',
		status: 503,
		headers: { 'retry-after': 'soon' },
	}),
	said('a reset before it is handled', { effect: 'reset' }),
	said('a reset after it is handled', { effect: 'reset', when: 'after' }),
	said('a connection cut in the middle', { effect: 'truncate' }),
	said('a connection cut after a byte', { effect: 'truncate', bytes: 1 }),
	said('no length, cut', { effect: 'transfer', framing: 'close', bytes: 300 }),
	said('the length of a part', { effect: 'transfer', framing: 'sent', bytes: 300 }),
	said('chunks', { effect: 'transfer', framing: 'chunked' }),
	said('gzip', { effect: 'transfer', gzip: true }),
	said('a cut gzip', { effect: 'transfer', gzip: true, framing: 'chunked', bytes: 200 }),
	said('206', { effect: 'transfer', status: 206, framing: 'sent', bytes: 300 }),
	said('the type of a page', { effect: 'contentType', contentType: 'text/html' }),
	said('an invalid type', { effect: 'contentType', contentType: ';;charset=utf-99' }),
	text('deeply nested arrays', '['.repeat(DEPTH) + ']'.repeat(DEPTH)),
	text('deeply nested objects', '{"output":'.repeat(DEPTH) + '1' + '}'.repeat(DEPTH)),
	text('200 with a refusal', '{"code":"InvalidApiKey","message":"No.","request_id":"r"}'),
	text('an array', '[]'),
	text('null', 'null'),
	text('null for the members', '{"output":null,"data":null,"request_id":null}'),
	text('texts for the members', '{"output":"x","data":"y","request_id":"z"}'),
	text('a prototype', '{"__proto__":{"output":{"task_status":"SUCCEEDED"}},"constructor":1}'),
	...[7, null, {}, [], true, '', 'x'.repeat(100_000)].map((value) =>
		set(`a status that is ${JSON.stringify(value).slice(0, 9)}`, 'query', {
			'output.task_status': value,
		}),
	),
	...[7, null, {}, ['a'], 'no link', 'javascript:alert(1)', 'http://[', 'file:///etc/passwd'].map(
		(value) =>
			set(`a link that is ${JSON.stringify(value)}`, 'query', { 'output.video_url': value }),
	),
	set('times that are none', 'query', {
		'output.submit_time': 'yesterday',
		'output.scheduled_time': 7,
		'output.end_time': {},
	}),
	set('usage that is none', 'query', { usage: [null] }),
	set('the ID of another task', 'query', { 'output.task_id': 'another-task' }),
	said('a lower-case status', { effect: 'lowerCase', fields: ['output.task_status'] }, ['query']),
	said('UNKNOWN', { effect: 'unknown' }, ['query']),
	said('an unlisted status', { effect: 'taskStatus', status: 'SUSPENDED' }, ['query']),
	said('an answer of a minute ago', { effect: 'lag', byMs: 60_000 }, ['query', 'list']),
	set('a task ID that is a number', 'create', { 'output.task_id': 7 }),
	set('no task ID', 'create', { 'output.task_id': null }),
	set('a status that is an object', 'create', { 'output.task_status': {} }),
	set('a policy without a host', 'policy', { 'data.upload_host': null }),
	set('a host that is no link', 'policy', { 'data.upload_host': 'http://[' }),
	set('a folder that is an object', 'policy', { 'data.upload_dir': {} }),
	set('a life of no time', 'policy', { 'data.expire_in_seconds': 'x' }),
	said('a list without end', { effect: 'endlessList' }, ['list']),
	said('lower-case statuses', { effect: 'lowerCase', fields: ['data.*.status'] }, ['list']),
	set('entries that are objects throughout', 'list', {
		'data.*.task_id': {},
		'data.*.status': {},
	}),
	set('entries that are none', 'list', { data: [null, 7, 'x', []] }),
	set('page counts that are none', 'list', { total: 'many', total_page: null, page_no: -1 }),
];

const encoded = (encoding: string): Damage => ({
	damage: 'headers',
	headers: { 'content-encoding': encoding },
});

const TRANSPORT_FAULTS: readonly Mutation[] = [
	delivered('a delay of 5 s', { damage: 'delay', ms: 5_000 }),
	delivered('a delay of 50 s', { damage: 'delay', ms: 50_000 }),
	delivered('silence', { damage: 'delay', ms: undefined }),
	delivered('a stall after the headers', { damage: 'stall', share: 0, ms: undefined }),
	delivered('a stall in the body', { damage: 'stall', share: 0.5, ms: undefined }),
	delivered('a stall of 20 s in the body', { damage: 'stall', share: 0.5, ms: 20_000 }),
	delivered('a byte a second', { damage: 'trickle' }),
	delivered('too large a length', { damage: 'length', factor: 1.5 }),
	delivered('too small a length', { damage: 'length', factor: 0.5 }),
	delivered('the length 0', { damage: 'length', factor: 0 }),
	delivered('no content under 204', { damage: 'status', status: 204 }),
	delivered('the right answer under 500', { damage: 'status', status: 500 }),
	delivered('the right answer under 202', { damage: 'status', status: 202 }),
	delivered('the right answer under 404', { damage: 'status', status: 404 }),
	delivered('plain bytes called gzip', encoded('gzip')),
	delivered('plain bytes called br', encoded('br')),
	delivered('plain bytes called deflate', encoded('deflate')),
	delivered('an encoding that nobody knows', encoded('x-none')),
	delivered('early hints', { damage: 'earlyHints' }),
	delivered('something that is not HTTP', {
		damage: 'raw',
		bytes: () => Buffer.from('SSH-2.0-OpenSSH_9.6\r\n'),
	}),
	delivered('a status line alone', {
		damage: 'raw',
		bytes: () => Buffer.from('HTTP/1.1 200 OK\r\n'),
	}),
	delivered('headers beyond the limit', {
		damage: 'raw',
		bytes: () => Buffer.from(`HTTP/1.1 200 OK\r\nx-long: ${'x'.repeat(200_000)}\r\n\r\n`),
	}),
	delivered('two lengths', {
		damage: 'raw',
		bytes: () => Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'),
	}),
	delivered('a broken chunk', {
		damage: 'raw',
		bytes: (body) =>
			Buffer.concat([
				Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n'),
				body.subarray(0, 16),
				Buffer.from('\r\nZZ\r\n'),
			]),
	}),
	delivered(
		'a byte order mark',
		{ damage: 'body', change: (bytes) => Buffer.concat([Buffer.from('\ufeff'), bytes]) },
		JSON_CALLS,
	),
	delivered(
		'UTF-16',
		{ damage: 'body', change: (bytes) => Buffer.from(bytes.toString(), 'utf16le') },
		JSON_CALLS,
	),
	delivered(
		'zeros from the middle on',
		{
			damage: 'body',
			change: (bytes) => {
				const half = bytes.length / 2;
				return Buffer.concat([bytes.subarray(0, half), Buffer.alloc(bytes.length - half)]);
			},
		},
		JSON_CALLS,
	),
	delivered(
		'the answer twice',
		{ damage: 'body', change: (bytes) => Buffer.concat([bytes, bytes]) },
		// Two videos in a row whose boxes add up are an MP4.
		JSON_CALLS,
	),
	delivered(
		'a list with each task twice',
		{ damage: 'body', change: (bytes) => repeatEntries(bytes) },
		['list'],
	),
	delivered('a request that nobody reads', { damage: 'deaf' }, WITH_BODY),
	delivered('413 before the request is read', { damage: 'early' }, WITH_BODY),
];

export const MUTATIONS: readonly Mutation[] = [...CONTENT_FAULTS, ...TRANSPORT_FAULTS];

/** Those that go with any fault: the fault's own answer is delivered in this way. */
export const DELIVERIES: readonly Mutation[] = TRANSPORT_FAULTS.filter(
	({ calls, effect }) => calls === undefined && 'damage' in effect && effect.damage !== 'raw',
);

/** Each entry once as it was at first, and once as it is. */
function repeatEntries(bytes: Buffer): Buffer {
	const list: { data?: object[] } = JSON.parse(bytes.toString());
	const old = list.data?.map((entry) => ({ ...entry, status: 'PENDING' })) ?? [];
	return Buffer.from(JSON.stringify({ ...list, data: [...old, ...(list.data ?? [])] }));
}
