/** Where every task of a soak went: into an item, into a message, or nowhere. */
import type { INodeExecutionData } from 'n8n-workflow';
import type { EngineResult } from '../engine/engine.mts';
import type { Simulator } from '../simulator/index.mts';
import type { PlannedExecution } from './plan.mts';

/** A task as the service knows it. */
export interface MadeTask {
	readonly id: string;
	/** Each item of a soak has a prompt of its own. */
	readonly prompt: string;
	/** True where it has succeeded, or will. */
	readonly isBilled: boolean;
}

/** Whatever still runs has ended by then. */
const DAY_MS = 24 * 3_600_000;

/** All tasks that were ever made, in their order. */
export function madeTasks(simulator: Simulator): MadeTask[] {
	const { byTask } = simulator.bill(Date.now() + DAY_MS);
	return [...simulator.tasks.values()].map(({ id, video: { prompt } }) => ({
		id,
		prompt,
		isBilled: byTask.has(id),
	}));
}

/** An execution that has ended. */
export interface EndedExecution {
	readonly planned: PlannedExecution;
	/** Of its items, in their order. */
	readonly prompts: readonly string[];
	readonly result: EngineResult;
}

/** The last node of the workflow. */
export const LAST_NODE = 'Wan';
/** Where creating is a node of its own. */
export const CREATE_NODE = 'Create';

/**
 * Everything that is wrong; empty where every task is accounted for and every item in its place. `log` is what n8n
 * logged: the only place for a task whose create was answered after n8n had saved the stopped execution.
 */
export function verifyRun(
	tasks: readonly MadeTask[],
	executions: readonly EndedExecution[],
	log = '',
): string[] {
	const tasksOf = new Map<string, MadeTask[]>();
	for (const task of tasks) tasksOf.set(task.prompt, [...(tasksOf.get(task.prompt) ?? []), task]);
	return executions.flatMap((execution) => [
		...paidTwice(execution, tasksOf),
		...unreportedTasks(execution, tasksOf, log),
		...mixedUpItems(execution, tasksOf),
		...missingItems(execution),
	]);
}

/** The tasks that were made for a prompt, in their order. */
type TasksOf = ReadonlyMap<string, readonly MadeTask[]>;

/** A task that failed for the service may be created again, since it is not billed. */
const paidTwice = ({ prompts }: EndedExecution, tasksOf: TasksOf): string[] =>
	prompts
		.filter((prompt) => (tasksOf.get(prompt) ?? []).filter(({ isBilled }) => isBilled).length > 1)
		.map((prompt) => `${prompt} was paid for more than once`);

/**
 * Tasks that neither an item nor a message tells of, beyond those that a message says there may be. One that
 * is not billed and was created again, or would have been without Stop, need not be told of.
 */
function unreportedTasks(
	{ planned, prompts, result }: EndedExecution,
	tasksOf: TasksOf,
	log: string,
): string[] {
	const items = JSON.stringify(allItems(result).map(({ json }) => json));
	const message = `${result.error?.message} ${result.error?.description}`;
	const isStopped = planned.stopAfterMs !== undefined;
	const texts = isStopped ? [items, message, log] : [items, message];
	const unreported = prompts
		.flatMap((prompt) => {
			const tasks = tasksOf.get(prompt) ?? [];
			return tasks.filter((task) => task.isBilled || (task === tasks.at(-1) && !isStopped));
		})
		.map(({ id }) => id)
		.filter((id) => !texts.some((text) => text.includes(id)));
	const unknownOutcomes =
		(items.match(/A task may have been created all the same/g)?.length ?? 0) +
		(message.match(/Item \d+: a task may have been created/g)?.length ?? 0);
	return unreported.length > unknownOutcomes
		? [
				`${prompts[0]}…: neither an item nor a message names ${unreported.join(', ')} (${unknownOutcomes} creates with an unknown outcome)`,
			]
		: [];
}

function allItems({ run, items }: EngineResult): INodeExecutionData[] {
	const nodes = Object.keys(run.data.resultData.runData);
	return nodes.flatMap((name) => [...items(name, 0), ...items(name, 1)]);
}

/** Items that have another item's task. */
function mixedUpItems({ planned, prompts, result }: EndedExecution, tasksOf: TasksOf): string[] {
	// Only there an item's place tells which prompt it was made from.
	const creator = planned.inOneNode ? LAST_NODE : CREATE_NODE;
	return result.items(creator).flatMap(({ json, pairedItem }) => {
		const { taskId } = json;
		const place = typeof pairedItem === 'object' && 'item' in pairedItem ? pairedItem.item : -1;
		const prompt = prompts[place] ?? '';
		return typeof taskId !== 'string' || tasksOf.get(prompt)?.some(({ id }) => id === taskId)
			? []
			: [`${prompt}: its item has the task ${taskId}`];
	});
}

/** Items that have no place in the output of a node that goes on. */
function missingItems({ planned, prompts, result }: EndedExecution): string[] {
	const continueOnFail = planned.handling.startsWith('continue');
	if (!continueOnFail || planned.stopAfterMs !== undefined) return [];
	const put = [0, 1].flatMap((branch) => result.items(LAST_NODE, branch)).length;
	const notCreated = result.items(CREATE_NODE, 1).length;
	return put + notCreated === prompts.length
		? []
		: [`${prompts[0]}…: ${put + notCreated} of ${prompts.length} items came out`];
}
