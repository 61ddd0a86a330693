import { randomUUID } from 'node:crypto';

import { ACCOUNT, apiUniqueKey } from './account.mts';
import { serviceSecond } from '../clock.mts';
import type { JsonObject } from '../json.mts';
import { finishesAtMs, statusAt, type SimulatedTask } from '../tasks/tasks.mts';

/**
 * The event that EventBridge posts about a task that has ended (docs/service-facts.md#7-push).
 * `result` is the whole answer of the task's query, for an event that contains it.
 */
export function finishedEvent(
	task: SimulatedTask,
	result: JsonObject | undefined,
	nowMs: number,
): JsonObject {
	return {
		datacontenttype: 'application/json;charset=utf-8',
		aliyunaccountid: ACCOUNT.uid,
		aliyunpublishtime: new Date(nowMs).toISOString(),
		data: {
			start_time: serviceSecond(Math.min(task.startsAtMs, finishesAtMs(task))),
			user_api_unique_key: apiUniqueKey(task.model),
			task_status: statusAt(task, nowMs),
			contain_result: result !== undefined,
			...(result !== undefined && { output_result: result }),
			end_time: serviceSecond(finishesAtMs(task)),
			task_id: task.id,
			region: ACCOUNT.region,
			request_id: task.requestId,
			api_key_id: ACCOUNT.apiKeyId,
		},
		aliyunoriginalaccountid: ACCOUNT.uid,
		specversion: '1.0',
		aliyuneventbusname: 'default',
		id: randomUUID(),
		source: 'acs.dashscope',
		time: new Date(nowMs).toISOString(),
		aliyunregionid: ACCOUNT.region,
		type: 'dashscope:System:AsyncTaskFinish',
	};
}
