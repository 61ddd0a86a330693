/** One video of the cheapest kind that needs no activation, to see what only a success shows. */
import { readFile } from 'node:fs/promises';
import { buildRequest } from '../../nodes/WanKeyframeVideo/models/buildRequest.ts';
import type { Check } from './checks.mts';
import { describe, different, facts, refusedAs, skipped } from './finding.mts';
import { MODELS } from './impossible.mts';
import { ASYNC, follow } from './tasks.mts';

export const PAID_MODEL = 'wan2.2-kf2v-flash';
const RESOLUTION = '480P';
const SECONDS = 5;
/** What the documentation says of Beijing. */
export const PAID_PRICE = '¥0.50';

const DAY_SECONDS = 24 * 60 * 60;
/** A link was seen to end 9 s before its day was over. */
const LINK_MARGIN_SECONDS = 120;

export const PAID_CHECK: Check = {
	name: 'video',
	documented: `SUCCEEDED with times, usage of ${SECONDS} s and a link of 24 h that takes no key`,
	async run(run) {
		if (run.unsettled.size > 0) return skipped('an earlier task did not fail where it had to');
		const model = MODELS.find(({ id }) => id === PAID_MODEL);
		if (model === undefined) throw new Error(`'${PAID_MODEL}' is not in the table`);
		const { path, body } = buildRequest(
			model,
			{ prompt: 'A smooth transition', resolution: RESOLUTION },
			{ firstFrame: await frame('first'), lastFrame: await frame('last') },
		);
		const created = await run.api.call('POST', path, { headers: ASYNC, body, paid: true });
		const taskId = created.at('output.task_id');
		if (typeof taskId !== 'string') return different(`refused: ${describe(created)}`);

		const done = await follow(run, taskId, run.api.service.videoWithinMs);
		const status = String(done.at('output.task_status'));
		if (status !== 'SUCCEEDED') {
			return different(`task ${taskId} is ${status} ${String(done.at('output.message') ?? '')}`);
		}
		const link = String(done.at('output.video_url'));
		const plain = await run.api.visit('GET', link);
		const withKey = await run.api.visit('GET', link, {
			headers: { authorization: 'Bearer sk-not-the-key' },
		});
		const cancel = refusedAs(await run.api.call('POST', `/tasks/${taskId}/cancel`), [
			{ status: 400, code: 'UnsupportedOperation' },
		]);
		const lifeSeconds = Number(new URL(link).searchParams.get('Expires')) - Date.now() / 1_000;
		const type = plain.headers.get('content-type');
		return facts(
			[done.at('usage.video_duration') === SECONDS, `usage ${JSON.stringify(done.at('usage'))}`],
			[done.at('usage.SR') === 480, `SR ${JSON.stringify(done.at('usage.SR'))}`],
			[typeof done.at('output.actual_prompt') === 'string', 'no actual_prompt'],
			[
				Math.abs(lifeSeconds - DAY_SECONDS) < LINK_MARGIN_SECONDS,
				`the link ends in ${Math.round(lifeSeconds)} s`,
			],
			[plain.status === 200, `download: HTTP ${plain.status}`],
			[type === 'video/mp4', `content-type: ${type}`],
			[withKey.status === 400, `download with a bearer header: HTTP ${withKey.status}`],
			[cancel.grade !== 'different', `cancel of a finished task: ${cancel.seen}`],
		);
	},
};

async function frame(name: 'first' | 'last'): Promise<string> {
	const file = new URL(`../../examples/frames/${name}.png`, import.meta.url);
	return `data:image/png;base64,${await readFile(file, 'base64')}`;
}
