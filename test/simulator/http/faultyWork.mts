import { replacesAnswer } from './delivery.mts';
import type { Fault } from './faults.mts';
import { memberAt } from '../json.mts';
import type { ServiceResponse } from '../api/response.mts';
import { LATE_FAILURE_MS, type Call, type DashScopeService } from '../api/service.mts';

/** A request that met a fault. */
export interface FaultyRequest {
	call: Call;
	/** The task that its path names. */
	taskId: string | undefined;
	/** Handles the call as the service does. */
	work: (call: Call) => ServiceResponse | Promise<ServiceResponse>;
	service: DashScopeService;
	/** Ends after so long, at most when the client has disconnected. */
	pause: (ms: number) => Promise<void>;
}

/** How many pages an endless list promises: more than any client should read. */
const ENDLESS_PAGES = 5_000;

/** Handles a call as far as its fault allows it; undefined where it is not handled at all. */
export async function workWithFault(
	fault: Fault,
	{ call, taskId, work, service, pause }: FaultyRequest,
): Promise<ServiceResponse | undefined> {
	const isBefore = !('when' in fault && fault.when === 'after');
	if (isBefore && replacesAnswer(fault)) return undefined;
	switch (fault.effect) {
		case 'delay': {
			if (isBefore) await pause(fault.ms);
			const response = await work(isBefore ? { ...call, atMs: service.now() } : call);
			if (!isBefore) await pause(fault.ms);
			return response;
		}
		case 'lag':
			return work({ ...call, atMs: call.atMs - fault.byMs });
		case 'endlessList': {
			const response = await work({ ...call, query: { ...call.query, page_no: '1' } });
			return asPageOfMany(response, call.query.page_no, fault.pages ?? ENDLESS_PAGES);
		}
		case 'failTask': {
			// Not from now on: this very answer, which is as of the call's arrival, is to show it.
			if (taskId !== undefined) failTask(service, fault, taskId, call.atMs);
			const response = await work(call);
			const createdId =
				response.kind === 'json' ? memberAt(response.body, 'output.task_id') : undefined;
			if (fault.on === 'create' && typeof createdId === 'string') {
				failTask(service, fault, createdId, service.now() + LATE_FAILURE_MS);
			}
			return response;
		}
		default:
			return work(call);
	}
}

function asPageOfMany(response: ServiceResponse, pageNo: unknown, pages: number): ServiceResponse {
	if (response.kind !== 'json') return response;
	const { page_size: size } = response.body;
	return {
		...response,
		body: {
			...response.body,
			page_no: Number(pageNo ?? 1),
			total_page: pages,
			total: pages * Number(size),
		},
	};
}

function failTask(
	service: DashScopeService,
	{ code, message, at }: Fault & { effect: 'failTask' },
	id: string,
	atMs: number,
): void {
	service.tasks.fail(
		id,
		at === 'end' ? { code, message, when: 'end' } : { code, message, when: 'at', atMs },
	);
}
