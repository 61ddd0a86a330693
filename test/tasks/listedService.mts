/** The service's task list and query as documented, with every variant that is not documented. */
import type { ApiError } from '../../nodes/WanKeyframeVideo/dashscope/apiError.ts';
import type { TaskSource } from '../../nodes/WanKeyframeVideo/tasks/endedTasks.ts';
import { readTask, type Task } from '../../nodes/WanKeyframeVideo/tasks/task.ts';
import type { JsonRecord } from '../../nodes/WanKeyframeVideo/util/json.ts';
import { fail, ok, type Result } from '../../nodes/WanKeyframeVideo/util/result.ts';
import type { Timeline } from './timeline.mts';

/** A task's life by the timeline, in milliseconds since 1970. */
export interface ServiceTask {
	readonly id: string;
	readonly model: string;
	readonly submittedMs: number;
	readonly startedMs: number;
	readonly endedMs: number;
	readonly outcome: 'SUCCEEDED' | 'FAILED' | 'CANCELED';
	/** The list and the query know of everything so much later. */
	readonly lagMs: number;
}

/** No document says how the service sorts its list. */
export type ListOrder = 'newest first' | 'oldest first' | 'changed first' | 'by ID';

export interface ServiceTraits {
	/** How far its clock is ahead of n8n's. */
	readonly aheadMs: number;
	readonly order: ListOrder;
	/** No maximum is documented, and neither is what happens beyond it. */
	readonly maxPageSize: number;
	readonly refusesLargerPages: boolean;
	/** The query can know less than the list: so much later it tells that a task has ended. */
	readonly queryLagMs: number;
	/** How long the n-th call takes. */
	readonly callMs: (call: number) => number;
	/** What goes wrong with a call that comes at a moment. */
	readonly faultAt: (atMs: number, call: number) => ApiError | undefined;
}

/** Tasks are kept for 24 hours (documented). */
export const KEPT_MS = 24 * 3_600_000;

export class ListedService implements TaskSource {
	readonly tasks: ServiceTask[] = [];
	readonly pageSize = { value: 100 };
	calls = 0;
	listCalls = 0;

	constructor(
		private readonly time: Timeline,
		private readonly traits: ServiceTraits,
	) {}

	readonly list: TaskSource['list'] = async (query) => {
		this.listCalls++;
		const fault = await this.simulateCall();
		if (fault !== undefined) return fail(fault);
		return this.page(query);
	};

	readonly query: TaskSource['query'] = async (taskId): Promise<Result<Task, ApiError>> => {
		const fault = await this.simulateCall();
		if (fault !== undefined) return fail(fault);
		const task = this.kept().find(({ id }) => id === taskId);
		const atMs = this.time.now() - this.traits.queryLagMs;
		const status = task === undefined ? 'UNKNOWN' : this.statusOf(task, atMs);
		return ok(readTask(taskId, { output: { task_id: taskId, task_status: status } }));
	};

	private async simulateCall(): Promise<ApiError | undefined> {
		const call = this.calls++;
		await this.time.pass(this.traits.callMs(call));
		return this.traits.faultAt(this.time.now(), call);
	}

	private page(query: Parameters<TaskSource['list']>[0]): Result<JsonRecord, ApiError> {
		const { maxPageSize, refusesLargerPages, aheadMs } = this.traits;
		const { fromMs, toMs, pageNo } = query;
		const isTooLong = toMs - fromMs > KEPT_MS || toMs < fromMs;
		if (isTooLong || (refusesLargerPages && query.pageSize > maxPageSize)) {
			return fail({ kind: 'refused', status: 400, code: 'InvalidParameter', message: 'No.' });
		}
		const pageSize = Math.min(query.pageSize, maxPageSize);
		const matching = this.kept()
			.filter(({ submittedMs }) => {
				// The list takes its times in seconds.
				const at = submittedMs + aheadMs;
				return at >= seconds(fromMs) && at <= seconds(toMs);
			})
			.filter((task) => query.status === undefined || this.statusOf(task) === query.status)
			.sort((one, other) => this.rank(one) - this.rank(other) || (one.id < other.id ? -1 : 1));
		return ok({
			total: matching.length,
			total_page: Math.ceil(matching.length / pageSize),
			page_no: pageNo,
			page_size: pageSize,
			data: matching
				.slice((pageNo - 1) * pageSize, pageNo * pageSize)
				.map((task) => this.entry(task)),
		});
	}

	private kept(): ServiceTask[] {
		const nowMs = this.time.now();
		return this.tasks.filter(
			({ submittedMs, lagMs }) => submittedMs + lagMs <= nowMs && nowMs - submittedMs < KEPT_MS,
		);
	}

	private statusOf({ startedMs, endedMs, lagMs, outcome }: ServiceTask, atMs = this.time.now()) {
		if (endedMs + lagMs <= atMs) return outcome;
		return startedMs + lagMs <= atMs ? 'RUNNING' : 'PENDING';
	}

	private rank(task: ServiceTask): number {
		switch (this.traits.order) {
			case 'newest first':
				return -task.submittedMs;
			case 'oldest first':
				return task.submittedMs;
			case 'changed first': {
				const changes = [task.submittedMs, task.startedMs, task.endedMs];
				return -Math.max(...changes.filter((ms) => ms + task.lagMs <= this.time.now()));
			}
			case 'by ID':
				return 0;
		}
	}

	private entry(task: ServiceTask): object {
		const { aheadMs } = this.traits;
		const status = this.statusOf(task);
		const hasEnded = status === task.outcome;
		return {
			gmt_create: task.submittedMs + aheadMs,
			...(status !== 'PENDING' && { start_time: task.startedMs + aheadMs }),
			...(hasEnded && { end_time: task.endedMs + aheadMs }),
			model_name: task.model,
			status,
			task_id: task.id,
		};
	}
}

const seconds = (ms: number): number => Math.floor(ms / 1_000) * 1_000;
