import { billableSeconds } from '../models/billableSeconds';
import { isStoryboard } from '../parameters/clips';
import { MAX_BILLED_SECONDS } from '../parameters/costFields';
import { joinLines, type ErrorText } from '../util/errorText';
import { isForSending, type ClipInput } from './clipInputs';
import type { CreatedTaskStore } from './createdTaskStore';
import { requestKey } from './createOrReuseTask';

/** A run of hundreds of items has so many lines about them. */
const MAX_LINES = 20;

/**
 * Why the run asks for more seconds than it may, with the items that do; undefined where it does not.
 * Where items have unlike limits the lowest holds. What has its task already is not created again.
 */
export function checkBilledSeconds(
	inputs: readonly ClipInput[],
	store: CreatedTaskStore,
): ErrorText | undefined {
	const sent = inputs.filter((input) => input.create.ok && isForSending(input));
	// Beside items that are sent, those that are only shown cost nothing.
	const counted = sent.length > 0 ? sent : inputs;
	const charges = counted.flatMap(({ clip, create, handling }) => {
		if (!create.ok || !handling.ok) return [];
		const stored = store.find(clip.index);
		if (stored?.isSameExecution || stored?.isSameRequest(requestKey(create.value))) return [];
		const { model, settings } = create.value;
		const { maxBilledSeconds } = handling.value;
		return [{ clip, seconds: billableSeconds(model, settings), maxBilledSeconds }];
	});
	const limit = Math.min(...charges.map(({ maxBilledSeconds }) => maxBilledSeconds));
	const total = charges.reduce((sum, { seconds }) => sum + seconds, 0);
	if (total <= limit) return undefined;
	const noun = isStoryboard(charges.map(({ clip }) => clip)) ? 'Clip' : 'Item';
	const lines = charges.map(({ clip, seconds }) => `${noun} ${clip.index}: ${seconds} s`);
	const others = lines.length - MAX_LINES;
	return {
		message: `The run asks for ${total} seconds of video, but '${MAX_BILLED_SECONDS.label}' is ${limit}`,
		description: joinLines([
			'Nothing was sent and nothing is billed. Raise the limit, or send fewer or shorter videos:',
			...lines.slice(0, MAX_LINES),
			others > 0 && `and ${others} more`,
			charges.length < inputs.length &&
				'Items that have a task already, or that cannot be sent, are not counted.',
		]),
	};
}
