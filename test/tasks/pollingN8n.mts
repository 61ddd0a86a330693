/** How n8n polls a trigger and stores its state, as measured (docs/n8n-facts.md), without n8n. */
import {
	pollEndedTasks,
	type EndedTasks,
	type EndedTasksRequest,
} from '../../nodes/WanKeyframeVideo/tasks/endedTasks.ts';
import type { Task } from '../../nodes/WanKeyframeVideo/tasks/task.ts';
import {
	createTriggerMemory,
	type StoredData,
	type TriggerMemory,
} from '../../nodes/WanKeyframeVideo/tasks/triggerMemory.ts';
import type { Timeline } from './timeline.mts';

/** `usual`: n8n 1 and 2 as they come. `durable`: n8n 2's durable scheduler. */
export type Scheduler = 'usual' | 'durable';

export interface PollingSettings {
	readonly scheduler: Scheduler;
	readonly pollEveryMs: number;
}

/** The durable scheduler gives a poll up after so long; it goes on, and nobody listens. */
const DURABLE_TIMEOUT_MS = 45_000;
const DURABLE_BUDGET_MS = 36_000;
const USUAL_BUDGET_MS = 5 * 60_000;

/** An activation whose poll threw is tried again, each time after twice the pause. */
const ACTIVATION_RETRY_MS = 1_000;
const LONGEST_ACTIVATION_RETRY_MS = 5 * 60_000;

/** A poll that was answered. */
export interface PollRecord {
	readonly beganMs: number;
	readonly endedMs: number;
	readonly tasks: readonly string[];
	/** True where the service answered, and what came was remembered. */
	readonly counts: boolean;
	/** True where nothing was remembered before. */
	readonly isFirst: boolean;
}

interface Process {
	isAlive: boolean;
	readonly memory: TriggerMemory;
	activation: object;
	/** What all polls since the activation share. */
	data: StoredData;
	/** Regular polls begin once the poll on activation has not thrown. */
	isPolling: boolean;
}

/** An n8n with one workflow that begins with the trigger. */
export class PollingN8n {
	/** IDs of tasks in the order in which they started the workflow. */
	readonly started: string[] = [];
	readonly polls: PollRecord[] = [];
	private database: StoredData = {};
	private process: Process | undefined;
	/** Whether the durable scheduler has the trigger's job. */
	private isProvisioned = false;

	constructor(
		private readonly time: Timeline,
		private readonly settings: PollingSettings,
		private readonly request: Omit<EndedTasksRequest, 'state' | 'nowMs' | 'isTimeUp'>,
	) {
		this.tick();
	}

	/** What it would find after a restart. */
	get stored(): unknown {
		return this.database.endedTasks;
	}

	/** Starts n8n where it does not run. */
	startProcess(): void {
		if (this.process) return;
		const memory = createTriggerMemory();
		this.process = { isAlive: true, memory, activation: {}, data: {}, isPolling: false };
		this.activate();
	}

	/** Ends at once; what is under way comes to nothing. */
	kill(): void {
		if (this.process) this.process.isAlive = false;
		this.process = undefined;
	}

	/** Saves the workflow and activates it anew. */
	activate(): void {
		const { process } = this;
		if (!process) return;
		process.activation = {};
		process.data = structuredClone(this.database);
		// The durable scheduler finds its job in the database and goes on with it.
		process.isPolling = this.isProvisioned;
		if (!this.isProvisioned) void this.pollOnActivation(process);
	}

	private async pollOnActivation(process: Process): Promise<void> {
		const { activation } = process;
		let pauseMs = ACTIVATION_RETRY_MS;
		while (process.isAlive && process.activation === activation) {
			if (await this.poll(process, true)) {
				if (!process.isAlive || process.activation !== activation) return;
				process.isPolling = true;
				if (this.settings.scheduler === 'durable') this.isProvisioned = true;
				// The durable scheduler keeps nothing of this poll, unless it started the workflow.
				else this.save(process, process.data);
				return;
			}
			await this.time.pass(pauseMs);
			pauseMs = Math.min(2 * pauseMs, LONGEST_ACTIVATION_RETRY_MS);
		}
	}

	private tick(): void {
		this.time.at(this.time.now() + this.settings.pollEveryMs, () => {
			if (this.process?.isPolling) void this.poll(this.process, false);
			this.tick();
		});
	}

	private save(process: Process, data: StoredData): void {
		if (process.isAlive) this.database = structuredClone(data);
	}

	/** False where the poll threw. */
	private async poll(process: Process, isActivation: boolean): Promise<boolean> {
		const { activation } = process;
		const isDurable = this.settings.scheduler === 'durable';
		const stored = isDurable ? structuredClone(this.database) : process.data;
		const before = stored.endedTasks;
		let beganMs = this.time.now();
		const budgetMs = isDurable && !isActivation ? DURABLE_BUDGET_MS : USUAL_BUDGET_MS;
		let isAnswered = false;
		let isFirst = false;
		const tasks = await process.memory.run<Task>(
			// Each poll of the durable scheduler has a context of its own.
			{
				trigger: 'trigger',
				activation: isDurable ? stored : activation,
				isActivation: isActivation || !isDurable,
				stored,
				now: () => this.time.now(),
			},
			async (state, signal) => {
				isFirst = state === undefined;
				beganMs = this.time.now();
				const polled = await pollEndedTasks({
					...this.request,
					...(state && { state }),
					nowMs: beganMs,
					isTimeUp: () => signal.aborted || this.time.now() >= beganMs + budgetMs,
				});
				isAnswered = polled.ok && polled.value.error === undefined;
				return polled.ok ? kept(polled.value) : { items: [] };
			},
		);
		const endedMs = this.time.now();
		const isAbandoned = isDurable && !isActivation && endedMs - beganMs > DURABLE_TIMEOUT_MS;
		if (!process.isAlive) return true;
		const counts = isAnswered && stored.endedTasks !== before;
		if (isAbandoned) {
			// Its items are dropped, but the trigger has begun: the process remembers that.
			if (isFirst) this.polls.push({ beganMs, endedMs, tasks: [], counts, isFirst });
			return true;
		}
		if (tasks.length > 0) {
			this.started.push(...tasks.map(({ taskId }) => taskId));
			this.save(process, stored);
		} else if (isDurable && !isActivation && stored.endedTasks !== before) {
			this.save(process, stored);
		}
		this.polls.push({
			beganMs,
			endedMs,
			tasks: tasks.map(({ taskId }) => taskId),
			counts,
			isFirst,
		});
		return isAnswered || !isFirst;
	}
}

function kept({ tasks, error, remember }: EndedTasks) {
	const isUseless = error !== undefined && tasks.length === 0;
	return { items: tasks, ...(!isUseless && { state: remember(new Set()) }) };
}
