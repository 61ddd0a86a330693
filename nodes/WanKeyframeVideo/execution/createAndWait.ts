import type { CreateInput } from '../parameters/createInput';
import type { WaitOptions } from '../parameters/waitFields';
import type { ErrorText } from '../util/errorText';
import { fail, type Result } from '../util/result';
import { createOrReuseTask, requestKey, type CreateDependencies } from './createOrReuseTask';
import type { ItemResult } from './itemError';
import { waitForVideo } from './waitForVideo';

/**
 * Creates the item's task, or keeps that of an earlier try, and waits for its video. A task that ended
 * FAILED for a reason on the service's side is not billed, so it is not kept: the next try creates another,
 * and this one does where the task was kept from an earlier try. Each try creates one task at most.
 */
export async function createAndWait(
	index: number,
	input: Result<CreateInput, ErrorText>,
	options: WaitOptions,
	dependencies: CreateDependencies,
): Promise<ItemResult> {
	const { run, store } = dependencies;
	for (;;) {
		const stored = store.find(index);
		const outcome = await createOrReuseTask(index, input, dependencies);
		if (outcome.kind !== 'created') return fail(outcome.error);
		const { taskId } = outcome.item;
		const video = await waitForVideo(run, index, { taskId, isNew: true }, options);
		if (video.ok || video.error.mayCreateAgain !== true) return video;
		store.forget(index);
		const isKept = stored?.outcome.kind === 'created' && stored.outcome.item.taskId === taskId;
		// Another request was not counted by 'Max Billed Seconds': the next try counts it.
		if (!isKept || !input.ok || !stored.isSameRequest(requestKey(input.value))) return video;
	}
}
