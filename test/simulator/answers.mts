import { parseListTime, serviceTime } from './clock.mts';
import type { JsonObject } from './json.mts';
import type { ResultLinks } from './links.mts';
import { finishesAtMs, statusAt, type SimulatedTask } from './tasks.mts';

/** `output` and, for a success, `usage` of a task's query at a moment (document, section 5). */
export function taskAnswer(
	id: string,
	task: SimulatedTask | undefined,
	links: (task: SimulatedTask) => ResultLinks,
	nowMs: number,
): JsonObject {
	const status = task === undefined ? 'UNKNOWN' : statusAt(task, nowMs);
	const output = { task_id: id, task_status: status };
	if (task === undefined) return { output };
	const submitted = { submit_time: serviceTime(task.submittedAtMs) };
	switch (status) {
		case 'UNKNOWN':
		case 'CANCELED':
			return { output };
		case 'PENDING':
			return { output: { ...output, ...submitted, ...task.output } };
		case 'RUNNING':
			return {
				output: {
					...output,
					...submitted,
					scheduled_time: serviceTime(task.startsAtMs),
					...task.output,
				},
			};
		case 'FAILED':
			return {
				output: {
					...output,
					code: task.failure?.code,
					message: task.failure?.message,
					...task.output,
				},
			};
		case 'SUCCEEDED':
			return {
				output: {
					...output,
					...submitted,
					scheduled_time: serviceTime(task.startsAtMs),
					end_time: serviceTime(task.endsAtMs),
					orig_prompt: task.work.prompt,
					...actualPrompt(task),
					...links(task),
					...task.output,
				},
				usage: task.usage ?? usageOf(task),
			};
	}
}

// Documented for the kf2v models, where the prompt was extended.
function actualPrompt({ model, work }: SimulatedTask): JsonObject {
	const extended = model.service === 'image2video' && work.switches.prompt_extend === true;
	const details = 'a smooth cinematic transition';
	return extended ? { actual_prompt: [work.prompt, details].filter(Boolean).join(', ') } : {};
}

/** What a success is billed by; the members differ by family (document, sections 3b and 5). */
function usageOf({ model, work }: SimulatedTask): JsonObject {
	const linesOfResolution = Number.parseInt(work.tier, 10);
	switch (model.family) {
		case 'wan2.7':
		case 'wan2.6':
			return {
				duration: work.seconds,
				input_video_duration: work.clipSeconds,
				output_video_duration: work.seconds,
				video_count: 1,
				SR: linesOfResolution,
			};
		case 'wan2.2':
			return { video_duration: work.seconds, video_count: 1, SR: linesOfResolution };
		case 'wan2.1':
			return { video_duration: work.seconds, video_ratio: 'standard', video_count: 1 };
		case 'wan3.0':
			return {
				video_count: 1,
				duration: work.seconds,
				input_video_duration: 0,
				output_video_duration: work.seconds,
				fps: model.fps,
				SR: linesOfResolution,
				ratio: work.ratio,
			};
		case 'pixverse':
			return { ...vendorUsage({ model, work }), shot_type: 'single' };
		case 'kling':
			return vendorUsage({ model, work });
		case 'vidu':
			return { ...vendorUsage({ model, work }), output_video_duration: work.seconds };
	}
}

function vendorUsage({ model, work }: Pick<SimulatedTask, 'model' | 'work'>): JsonObject {
	return {
		duration: work.seconds,
		size: `${work.size.width}*${work.size.height}`,
		fps: model.fps,
		video_count: 1,
		audio: work.sound,
		SR: String(Number.parseInt(work.tier, 10)),
	};
}

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_PAGE_SIZE = 100;

type ListAnswer = { ok: true; body: JsonObject } | { ok: false; message: string };

/** One page of the task list: filters, defaults and members of section 5, newest task first. */
export function listAnswer(
	tasks: readonly SimulatedTask[],
	query: Readonly<Record<string, unknown>>,
	nowMs: number,
): ListAnswer {
	const period = readPeriod(query, nowMs);
	if (period === undefined) {
		return { ok: false, message: 'start_time and end_time must be at most 24 hours apart.' };
	}
	const page = readCount(query.page_no, 1);
	const size = readCount(query.page_size, 10);
	if (page === undefined || size === undefined || size > MAX_PAGE_SIZE) {
		return { ok: false, message: 'page_no or page_size is invalid.' };
	}
	const matching = tasks
		.filter(
			(task) =>
				task.submittedAtMs >= period.fromMs &&
				task.submittedAtMs <= period.toMs &&
				matches(query.model_name, task.model.id) &&
				matches(query.status, statusAt(task, nowMs)) &&
				matches(query.task_id, task.id),
		)
		.sort((one, other) => other.submittedAtMs - one.submittedAtMs);
	return {
		ok: true,
		body: {
			total: matching.length,
			total_page: Math.ceil(matching.length / size),
			page_no: page,
			page_size: size,
			data: matching.slice((page - 1) * size, page * size).map((task) => listEntry(task, nowMs)),
		},
	};
}

function listEntry(task: SimulatedTask, nowMs: number): JsonObject {
	const finishedAtMs = finishesAtMs(task);
	return {
		api_key_id: '1000001',
		caller_parent_id: '1000000000000001',
		caller_uid: '1000000000000001',
		gmt_create: task.submittedAtMs,
		...(nowMs >= task.startsAtMs && { start_time: task.startsAtMs }),
		...(nowMs >= finishedAtMs && { end_time: finishedAtMs }),
		model_name: task.model.id,
		region: 'cn-beijing',
		request_id: task.requestId,
		status: statusAt(task, nowMs),
		task_id: task.id,
		user_api_unique_key: `apikey:v1:aigc:${task.model.service === 'image2video' ? 'image2video' : 'video-generation'}:video-synthesis:${task.model.id}`,
	};
}

function matches(wanted: unknown, value: string): boolean {
	return wanted === undefined || wanted === '' || wanted === value;
}

function readCount(value: unknown, preset: number): number | undefined {
	if (value === undefined || value === '') return preset;
	const count = Number(value);
	return Number.isInteger(count) && count >= 1 ? count : undefined;
}

interface Period {
	fromMs: number;
	toMs: number;
}

function readPeriod(
	{ start_time: start, end_time: end }: Readonly<Record<string, unknown>>,
	nowMs: number,
): Period | undefined {
	const fromMs = start === undefined ? undefined : parseListTime(String(start));
	const toMs = end === undefined ? undefined : parseListTime(String(end));
	const malformed =
		(start !== undefined && fromMs === undefined) || (end !== undefined && toMs === undefined);
	if (malformed) return undefined;
	const latestMs = toMs ?? (fromMs === undefined ? nowMs : fromMs + DAY_MS);
	const period = { fromMs: fromMs ?? latestMs - DAY_MS, toMs: latestMs };
	const lengthMs = period.toMs - period.fromMs;
	return lengthMs >= 0 && lengthMs <= DAY_MS ? period : undefined;
}
