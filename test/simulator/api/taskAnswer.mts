import { serviceTime } from '../clock.mts';
import type { JsonObject } from '../json.mts';
import type { ResultLinks } from './links.mts';
import { statusAt, type SimulatedTask } from '../tasks/tasks.mts';

/**
 * `output` and, for a success, `usage` of a task's query at a moment
 * (docs/service-facts.md#5-query-list-cancel).
 */
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
					orig_prompt: task.video.prompt,
					...actualPrompt(task),
					...links(task),
					...task.output,
				},
				usage: task.usage ?? task.model.usage(task.video, task.encoder.fps),
			};
	}
}

// Documented for the kf2v models, where the prompt was extended.
function actualPrompt({ model, video }: SimulatedTask): JsonObject {
	const extended = model.service === 'image2video' && video.switches.prompt_extend === true;
	const details = 'a smooth cinematic transition';
	return extended ? { actual_prompt: [video.prompt, details].filter(Boolean).join(', ') } : {};
}
