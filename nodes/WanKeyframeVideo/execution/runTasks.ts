import { describeClip, isStoryboard, type Clip } from '../parameters/clips';
import { joinLines } from '../util/errorText';
import { JOIN_VIDEOS_LABEL } from '../models/settings';
import { OPERATION_NAMES } from './operationNames';

/** The tasks of a run's clips: what a node that fails must not take with it. */
export interface RunTasks {
	/** Notes the task of the clip at this place, with its latest status: UNKNOWN does not replace one that says more. */
	set(index: number, taskId: string, status: string): void;
	/** Notes that the clip at this place may have a task whose ID nobody knows. */
	setOutcomeUnknown(index: number): void;
	/** How many clips have a task, or may have one. */
	count(): number;
	/**
	 * Lines that name the tasks which can still be fetched; empty where there is none. Of a storyboard they tell how to
	 * get the film, unless its clips cannot be joined.
	 */
	describe(clips: readonly Clip[], options?: { readonly isFilmRefused: boolean }): string;
}

/** A task with one of these has no video, and never will. */
const WITHOUT_VIDEO = ['FAILED', 'CANCELED', 'UNKNOWN'];

/** How the film of clips is made whose tasks are there. */
export const MAKE_FILM_BY_WAIT = `the operation '${OPERATION_NAMES.wait}' with '${JOIN_VIDEOS_LABEL}' makes the film of the task IDs in their order for free`;

const FINISH_FILM = `n8n's own Retry of this execution, or Retry On Fail in the node's settings, keeps these tasks and creates only what is missing. Once every clip has a task, ${MAKE_FILM_BY_WAIT}.`;

const FETCH = `Tasks of this run exist and are paid for when they succeed; fetch them with the operation '${OPERATION_NAMES.wait}' or '${OPERATION_NAMES.getStatus}':`;

export function createRunTasks(): RunTasks {
	const tasks = new Map<number, { readonly taskId: string; readonly status: string }>();
	const unknown = new Set<number>();
	return {
		set(index, taskId, status) {
			// A task that was known exists and is billed, whatever a server that is behind says.
			const wasKnown = tasks.get(index)?.taskId === taskId;
			if (status !== 'UNKNOWN' || !wasKnown) tasks.set(index, { taskId, status });
		},
		setOutcomeUnknown: (index) => void unknown.add(index),
		count: () => tasks.size + unknown.size,
		describe(clips, { isFilmRefused } = { isFilmRefused: false }) {
			const lines = clips.flatMap((clip) => {
				const { taskId, status = '' } = tasks.get(clip.index) ?? {};
				if (taskId === undefined || WITHOUT_VIDEO.includes(status)) return [];
				return [`${nameOf(clip)}: ${taskId} (${status})`];
			});
			const unknownLines = clips
				.filter(({ index }) => unknown.has(index))
				.map(
					(clip) =>
						`${nameOf(clip)}: a task may have been created; look for it with the operation '${OPERATION_NAMES.getMany}'`,
				);
			const isFilmOpen = isStoryboard(clips) && !isFilmRefused;
			return joinLines([
				lines.length > 0 && FETCH,
				...lines,
				...unknownLines,
				lines.length > 0 && isFilmOpen && FINISH_FILM,
			]);
		},
	};
}

const nameOf = (clip: Clip): string => {
	const name = describeClip(clip);
	return name.charAt(0).toUpperCase() + name.slice(1);
};
