/** The checks that cost nothing, in the order in which they are made. */
import { randomUUID } from 'node:crypto';
import { DateTime } from 'luxon';
import type { Model } from '../../nodes/WanKeyframeVideo/models/family.ts';
import { isObject } from '../../test/simulator/json.mts';
import type { LiveApi, Reply } from './api.mts';
import {
	codeOf,
	describe,
	different,
	type DocumentedRefusal,
	facts,
	type Finding,
	noted,
	refusedAs,
	skipped,
} from './finding.mts';
import { impossibleCreate, MODELS } from './impossible.mts';
import { ASYNC, type CreateOutcome, type Run, tryCreate } from './tasks.mts';

export interface Check {
	/** Also names the file with the answers. */
	name: string;
	documented: string;
	run(run: Run): Promise<Finding>;
}

const NO_TASK = '00000000-0000-0000-0000-000000000000';
const WRONG_KEY = 'sk-000000000000000000000000wrongkey';
/** The zone of the service's times, which they do not name. */
const ZONE = 'UTC+8';
/** How far two clocks and a queue may be apart. */
const CLOCK_MARGIN_MS = 3 * 60_000;
/** The page size that the node asks for. */
const LARGE_PAGE = 100;
const PAGE_SIZES = [20, 50, 100, 101, 200, 500, 1000];

const VIDEO_GENERATION = '/services/aigc/video-generation/video-synthesis';
const IMAGE_TO_VIDEO = '/services/aigc/image2video/video-synthesis';

/** How the service says that an account may not use a model, or that a region does not have it. */
const NOT_OPEN: readonly DocumentedRefusal[] = [
	{ status: 400, code: 'InvalidParameter', words: 'Model not exist.' },
	{ status: 404, code: 'ModelNotFound' },
	{ status: 403, code: 'AccessDenied.Unpurchased' },
	{ status: 403, code: 'Model.AccessDenied' },
	{ status: 403, code: 'AllocationQuota.FreeTierOnly' },
	{ status: 400, code: 'Arrearage' },
];

const wan27 = impossibleCreate(modelNamed('wan2.7-i2v'));
const wan22 = impossibleCreate(modelNamed('wan2.2-kf2v-flash'));

export const FREE_CHECKS: readonly Check[] = [
	{
		name: 'credential-test',
		documented: '200 with status UNKNOWN for the all-zero task id',
		run: async ({ api }) => isUnknown(await api.call('GET', `/tasks/${NO_TASK}`)),
	},
	{
		name: 'unknown-task',
		documented: '200 with status UNKNOWN for an id that was never given',
		run: async ({ api }) => isUnknown(await api.call('GET', `/tasks/${randomUUID()}`)),
	},
	{
		name: 'malformed-task-id',
		documented: '(nothing)',
		run: async ({ api }) => noted(describeTask(await api.call('GET', '/tasks/no-such-task'))),
	},
	{
		name: 'wrong-key',
		documented: '401 InvalidApiKey "Invalid API-key provided."',
		run: async ({ api }) =>
			refusedAs(await api.call('GET', `/tasks/${NO_TASK}`, { key: WRONG_KEY }), [
				{ status: 401, code: 'InvalidApiKey', words: 'Invalid API-key provided.' },
			]),
	},
	{
		name: 'no-key',
		documented: '401 InvalidApiKey "No API-key provided."',
		run: async ({ api }) =>
			refusedAs(await api.call('GET', `/tasks/${NO_TASK}`, { key: null }), [
				{ status: 401, code: 'InvalidApiKey', words: 'No API-key provided.' },
			]),
	},
	{
		name: 'wrong-key-at-create',
		documented: '401 InvalidApiKey',
		run: async ({ api }) =>
			refusedAs(
				await api.call('POST', wan27.path, {
					key: WRONG_KEY,
					headers: ASYNC,
					body: wan27.body,
				}),
				[{ status: 401, code: 'InvalidApiKey' }],
			),
	},
	{
		name: 'async-header-on-get',
		documented: '403 AccessDenied',
		run: async ({ api }) =>
			refusedAs(await api.call('GET', `/tasks/${NO_TASK}`, { headers: ASYNC }), [
				{
					status: 403,
					code: 'AccessDenied',
					words: 'Current user api does not support asynchronous calls.',
				},
			]),
	},
	{
		name: 'compression',
		documented: 'gzip for a client that takes it',
		run: async ({ api }) => {
			const { headers } = await api.call('GET', `/tasks/${NO_TASK}`);
			const encoding = headers.get('content-encoding') ?? 'none';
			return facts([encoding === 'gzip', `content-encoding: ${encoding}`]);
		},
	},
	{
		name: 'list',
		documented: '200: page 1 of 10 a page, no `output`, times in ms, with task_id and status',
		run: async ({ api }) => checkList(await api.call('GET', '/tasks')),
	},
	{
		name: 'list-with-a-slash',
		documented: '(older pages write the path so; the node asks without the slash)',
		run: async ({ api }) => noted(describe(await api.call('GET', '/tasks/'))),
	},
	{
		name: 'list-page-of-100',
		documented: `(inferred) ${LARGE_PAGE} a page are given`,
		run: async ({ api }) => {
			const reply = await api.call('GET', `/tasks?page_no=1&page_size=${LARGE_PAGE}`);
			return facts(
				[reply.status === 200, describe(reply)],
				[reply.at('page_size') === LARGE_PAGE, `page_size ${String(reply.at('page_size'))}`],
			);
		},
	},
	{
		name: 'list-page-sizes',
		documented: '(nothing of the largest page)',
		run: async ({ api }) => noted(await tryPageSizes(api)),
	},
	{
		name: 'list-of-25-hours',
		documented: 'start_time and end_time at most 24 h apart: refused',
		run: async ({ api }) => {
			const reply = await api.call('GET', `/tasks?${period(25 * 60)}`);
			return facts([
				reply.status === 400,
				`${describe(reply)}, ${String(reply.at('total'))} tasks`,
			]);
		},
	},
	{
		name: 'upload-policy',
		documented: '200 with the members that the upload form needs',
		run: async (run) => {
			const reply = await run.api.call('GET', uploadPolicyPath);
			if (reply.status === 200) run.uploadPolicy = reply;
			const missing = UPLOAD_POLICY_MEMBERS.filter(
				(name) => reply.at(`data.${name}`) === undefined,
			);
			return facts(
				[reply.status === 200, describe(reply)],
				[missing.length === 0, `without ${missing.join(', ')}`],
				[
					reply.at('data.max_file_size_mb') === 100,
					`max_file_size_mb ${String(reply.at('data.max_file_size_mb'))}`,
				],
				[
					reply.at('data.expire_in_seconds') === 300,
					`expire_in_seconds ${String(reply.at('data.expire_in_seconds'))}`,
				],
			);
		},
	},
	{
		name: 'upload',
		documented: '200 with an empty body; the same name again is refused',
		run: async (run) => await tryUpload(run),
	},
	{
		name: 'late-validation',
		documented: '200 and a task id; FAILED soon after, code and message in `output`',
		run: async (run) => checkLateFailure(await tryCreate(run, wan27.path, wan27.body), true),
	},
	{
		name: 'late-validation-of-empty-input',
		documented: 'a task that fails with "Field required: input.media"',
		run: async (run) => {
			const outcome = await tryCreate(run, wan27.path, { ...wan27.body, input: {} });
			if (outcome.kind !== 'failed') return checkLateFailure(outcome, false);
			const words = String(outcome.reply.at('output.message'));
			return facts([words.includes('Field required: input.media'), `"${words}"`]);
		},
	},
	{
		name: 'create-without-async-header',
		documented: '403 AccessDenied',
		run: async (run) =>
			checkRefusal(await tryCreate(run, wan27.path, wan27.body, {}), [
				{
					status: 403,
					code: 'AccessDenied',
					words: 'current user api does not support synchronous calls.',
				},
			]),
	},
	{
		name: 'wan2.7-at-the-path-of-kf2v',
		documented: '400 InvalidParameter "url error, please check url!"',
		run: async (run) => checkRefusal(await tryCreate(run, IMAGE_TO_VIDEO, wan27.body), URL_ERROR),
	},
	{
		name: 'kf2v-at-the-path-of-wan2.7',
		documented: '400 InvalidParameter "url error, please check url!"',
		run: async (run) => checkRefusal(await tryCreate(run, VIDEO_GENERATION, wan22.body), URL_ERROR),
	},
	{
		name: 'unknown-model',
		documented: '400 InvalidParameter "Model not exist.", or 404 ModelNotFound',
		run: async (run) =>
			checkRefusal(
				await tryCreate(run, wan27.path, { ...wan27.body, model: 'wan0.0-check-live' }),
				NOT_OPEN.slice(0, 2),
			),
	},
	{
		name: 'body-is-no-json',
		documented: '400 BadRequest.IllegalInput',
		run: async (run) =>
			checkRefusal(await tryCreate(run, wan27.path, '{"model": '), [
				{ status: 400, code: 'BadRequest.IllegalInput' },
			]),
	},
	{
		name: 'body-without-input',
		documented: '400 BadRequest.EmptyInput',
		run: async (run) => {
			const { input: _, ...body } = wan27.body;
			return checkRefusal(await tryCreate(run, wan27.path, body), [
				{ status: 400, code: 'BadRequest.EmptyInput' },
			]);
		},
	},
	{
		name: 'body-without-model',
		documented: '400 BadRequest.EmptyModel',
		run: async (run) => {
			const { model: _, ...body } = wan27.body;
			return checkRefusal(await tryCreate(run, wan27.path, body), [
				{ status: 400, code: 'BadRequest.EmptyModel' },
			]);
		},
	},
	...MODELS.map((model): Check => {
		const { path, body } = impossibleCreate(model);
		return {
			name: `model-${model.id}`,
			documented: 'a task that fails with InvalidParameter, or the account may not use the model',
			run: async (run) => checkLateFailure(await tryCreate(run, path, body), false),
		};
	}),
	...MODELS.map(
		(model): Check => ({
			name: `limits-of-${model.id}`,
			documented: '(sample of one model; Beijing at a workspace host only)',
			run: async ({ api }) => {
				const query = new URLSearchParams({ model: model.id });
				return noted(describeLimits(model, await api.call('GET', `/models/limits?${query}`)));
			},
		}),
	),
	{
		name: 'cancel-of-a-failed-task',
		documented: '400 UnsupportedOperation',
		run: async ({ api, failed: [task] }) =>
			task === undefined
				? skipped('there is no such task')
				: refusedAs(await api.call('POST', `/tasks/${task.taskId}/cancel`), [
						{
							status: 400,
							code: 'UnsupportedOperation',
							words: 'Failed to cancel the task, please confirm if the task is in PENDING status.',
						},
					]),
	},
	{
		name: 'cancel-of-an-unknown-task',
		documented: '(nothing)',
		run: async ({ api }) => noted(describe(await api.call('POST', `/tasks/${NO_TASK}/cancel`))),
	},
	{
		name: 'times-of-tasks',
		documented: 'YYYY-MM-DD HH:mm:ss.SSS in UTC+8, without a zone',
		run: async ({ times }) => {
			if (times.length === 0) return skipped('no answer had a time');
			const odd = times.filter((time) => !isNow(time));
			return facts([odd.length === 0, `${odd[0]} at ${new Date().toISOString()}`]);
		},
	},
	{
		name: 'list-of-the-last-minutes',
		documented: 'start_time and end_time are in UTC+8: the tasks of this run are in it',
		run: async (run) => await findOwnTasks(run, ''),
	},
	{
		name: 'list-of-failed-tasks',
		documented: 'status=FAILED gives the tasks of this run, and failed ones alone',
		run: async (run) => await findOwnTasks(run, '&status=FAILED'),
	},
];

const URL_ERROR: readonly DocumentedRefusal[] = [
	{ status: 400, code: 'InvalidParameter', words: 'url error, please check url!' },
];

const UPLOAD_MODEL = 'wan2.7-i2v';
const uploadPolicyPath = `/uploads?action=getPolicy&model=${UPLOAD_MODEL}`;
const UPLOAD_POLICY_MEMBERS = [
	'policy',
	'signature',
	'upload_dir',
	'upload_host',
	'expire_in_seconds',
	'max_file_size_mb',
	'oss_access_key_id',
	'x_oss_object_acl',
	'x_oss_forbid_overwrite',
];

function modelNamed(id: string): Model {
	const model = MODELS.find((one) => one.id === id);
	if (model === undefined) throw new Error(`'${id}' is not in the table`);
	return model;
}

function isUnknown(reply: Reply): Finding {
	return facts(
		[reply.status === 200 && reply.at('output.task_status') === 'UNKNOWN', describeTask(reply)],
		[typeof reply.at('request_id') === 'string', 'no request_id'],
	);
}

function describeTask(reply: Reply): string {
	const status = reply.at('output.task_status');
	return status === undefined ? describe(reply) : `HTTP ${reply.status}, ${String(status)}`;
}

function checkList(reply: Reply): Finding {
	const entries = entriesOf(reply);
	const members = ['task_id', 'status', 'model_name', 'gmt_create'];
	const missing = members.filter((name) => entries.some((entry) => entry[name] === undefined));
	return facts(
		[reply.status === 200, describe(reply)],
		[reply.at('output') === undefined, 'it has an `output`'],
		[Array.isArray(reply.at('data')), '`data` is no list'],
		[reply.at('page_no') === 1, `page_no ${String(reply.at('page_no'))}`],
		[reply.at('page_size') === 10, `page_size ${String(reply.at('page_size'))}`],
		[typeof reply.at('total') === 'number', `total ${String(reply.at('total'))}`],
		[typeof reply.at('total_page') === 'number', `total_page ${String(reply.at('total_page'))}`],
		[missing.length === 0, `entries without ${missing.join(', ')}`],
		[
			entries.every(({ gmt_create: time }) => typeof time === 'number'),
			`gmt_create ${String(entries[0]?.['gmt_create'])}`,
		],
	);
}

function entriesOf(reply: Reply): Array<Readonly<Record<string, unknown>>> {
	const data = reply.at('data');
	return Array.isArray(data) ? data.filter(isObject) : [];
}

/** The members of the answer that hold limits (docs/service-facts.md, section 4). */
const LIMITS = [
	'request_limit',
	'request_limit_period',
	'async_user_queue_limit',
	'async_user_concurrency_limit',
];

/** What the service allows for a model, beside what the node's table says. */
function describeLimits({ rateLimit }: Model, reply: Reply): string {
	const answered = LIMITS.flatMap((name) => {
		const value = findMember(reply.body, name);
		return value === undefined ? [] : `${name} ${String(value)}`;
	});
	const table = `the table: ${rateLimit.createsPerSecond} creates a second`;
	return [answered.join(', ') || describe(reply), table].join('; ');
}

/** The first member of this name at any depth: the sample of the answer is of one model only. */
function findMember(value: unknown, name: string): unknown {
	if (Array.isArray(value)) {
		return value.map((part) => findMember(part, name)).find((found) => found !== undefined);
	}
	if (!isObject(value)) return undefined;
	return value[name] ?? findMember(Object.values(value), name);
}

async function tryPageSizes(api: LiveApi): Promise<string> {
	const seen: string[] = [];
	for (const size of PAGE_SIZES) {
		const reply = await api.call('GET', `/tasks?page_no=1&page_size=${size}`);
		const given = reply.at('page_size');
		if (reply.status !== 200) seen.push(`${size}: ${reply.status} ${codeOf(reply)}`.trim());
		else seen.push(given === size ? `${size}: yes` : `${size}: ${String(given)} given`);
	}
	return seen.join(', ');
}

/** The list's query for the minutes up to now; the end a little later, for clocks that are ahead. */
function period(minutes: number): string {
	const end = DateTime.now().setZone(ZONE).plus({ minutes: 1 });
	const stamp = (time: DateTime) => time.toFormat('yyyyMMddHHmmss');
	return `start_time=${stamp(end.minus({ minutes }))}&end_time=${stamp(end)}`;
}

async function findOwnTasks({ api, failed }: Run, filter: string): Promise<Finding> {
	if (failed.length === 0) return skipped('there is no such task');
	const query = `${period(15)}${filter}&page_no=1&page_size=${LARGE_PAGE}`;
	const reply = await api.call('GET', `/tasks?${query}`);
	const entries = entriesOf(reply);
	const ids = entries.map((entry) => entry['task_id']);
	const found = failed.filter(({ taskId }) => ids.includes(taskId)).length;
	const others = entries.filter(({ status }) => status !== 'FAILED').length;
	return facts(
		[reply.status === 200, describe(reply)],
		[found === failed.length, `${found} of ${failed.length} are in it`],
		[filter === '' || others === 0, `${others} tasks of another status`],
	);
}

async function tryUpload({ api, uploadPolicy }: Run): Promise<Finding> {
	if (uploadPolicy === undefined) return skipped('there is no upload policy');
	const data = (name: string) => String(uploadPolicy.at(`data.${name}`) ?? '');
	const key = `${data('upload_dir')}/check-live-${randomUUID()}.txt`;
	const send = async () => {
		const form = new FormData();
		const fields: Array<[string, string]> = [
			['OSSAccessKeyId', data('oss_access_key_id')],
			['Signature', data('signature')],
			['policy', data('policy')],
			['key', key],
			['x-oss-object-acl', data('x_oss_object_acl')],
			['x-oss-forbid-overwrite', data('x_oss_forbid_overwrite')],
			['success_action_status', '200'],
		];
		for (const [name, value] of fields) form.append(name, value);
		form.append('file', new Blob(['check']), 'check-live.txt');
		return await api.visit('POST', data('upload_host'), { form });
	};
	const first = await send();
	const again = await send();
	return facts(
		[first.status === 200, `HTTP ${first.status}`],
		[first.body === '', 'the body is not empty'],
		[first.headers.has('etag'), 'no ETag'],
		[again.status >= 400, `the same name again: HTTP ${again.status}`],
	);
}

function checkRefusal(outcome: CreateOutcome, documented: readonly DocumentedRefusal[]): Finding {
	switch (outcome.kind) {
		case 'refused':
			return refusedAs(outcome.reply, documented);
		case 'failed':
			return different(`accepted; then FAILED: ${failureOf(outcome.reply)}`);
		default:
			return checkLateFailure(outcome, false);
	}
}

/** With `mustBeOpen`, a refusal for missing rights counts as different too. */
function checkLateFailure(outcome: CreateOutcome, mustBeOpen: boolean): Finding {
	switch (outcome.kind) {
		case 'notSent':
			return skipped('an earlier task did not fail, so nothing more is created');
		case 'unexpected':
			return different(
				`task ${outcome.taskId} is ${outcome.status}, where it had to fail: look after it`,
			);
		case 'refused': {
			const isClosed = refusedAs(outcome.reply, NOT_OPEN).grade !== 'different';
			return isClosed && !mustBeOpen
				? noted(`not for this account: ${describe(outcome.reply)}`)
				: different(`refused at once: ${describe(outcome.reply)}`);
		}
		case 'failed': {
			const { reply, afterMs } = outcome;
			const isNamed = reply.at('output.code') === 'InvalidParameter';
			return isNamed
				? { grade: 'documented', seen: `${failureOf(reply)} after ${afterMs} ms` }
				: different(failureOf(reply));
		}
	}
}

function failureOf(reply: Reply): string {
	return `${String(reply.at('output.code'))} "${String(reply.at('output.message'))}"`;
}

function isNow(time: string): boolean {
	const parsed = DateTime.fromFormat(time, 'yyyy-MM-dd HH:mm:ss.SSS', { zone: ZONE });
	return parsed.isValid && Math.abs(parsed.diffNow().toMillis()) < CLOCK_MARGIN_MS;
}
