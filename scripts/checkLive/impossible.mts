/** Creates that can never come to a video, whatever the service does with them, and the guard that lets no other pass. */
import {
	buildRequest,
	type CreateRequest,
} from '../../nodes/WanKeyframeVideo/models/buildRequest.ts';
import { FAMILIES } from '../../nodes/WanKeyframeVideo/models/catalog.ts';
import type { Model } from '../../nodes/WanKeyframeVideo/models/family.ts';
import { resolveModel } from '../../nodes/WanKeyframeVideo/models/findModel.ts';
import { isObject, memberAt } from '../../test/simulator/json.mts';

/** No name below `.invalid` is ever registered (RFC 2606): what lies there cannot be downloaded. */
const NOWHERE = 'https://check-live.invalid';
/** No model has such a size, and none makes a video of no length. */
const IMPOSSIBLE_SIZE = '1P';
const IMPOSSIBLE_SECONDS = 0;

export const MODELS: readonly Model[] = FAMILIES.flatMap((family) =>
	family.models.map(({ id }) => resolveModel(family, id)),
);

/** The node's own body for a model, made impossible in three ways: its size, its length, its frames. */
export function impossibleCreate(model: Model): CreateRequest {
	const { path, body } = buildRequest(
		model,
		{ prompt: 'A check of error messages' },
		{ firstFrame: `${NOWHERE}/first.png`, lastFrame: `${NOWHERE}/last.png` },
	);
	const sizeField = model.settings.resolution?.field ?? 'resolution';
	const parameters = {
		...body.parameters,
		[sizeField]: IMPOSSIBLE_SIZE,
		duration: IMPOSSIBLE_SECONDS,
	};
	return { path, body: { ...body, parameters } };
}

/** True for a body that no service can make a video of: it is no JSON object, or has all three locks. */
export function isImpossible(text: string): boolean {
	let body: unknown;
	try {
		body = JSON.parse(text);
	} catch {
		return true;
	}
	if (!isObject(body)) return true;
	const sizes = ['resolution', 'mode'].map((field) => memberAt(body, `parameters.${field}`));
	return (
		sizes.includes(IMPOSSIBLE_SIZE) &&
		memberAt(body, 'parameters.duration') === IMPOSSIBLE_SECONDS &&
		addressesIn(body).every((address) => address.startsWith(`${NOWHERE}/`))
	);
}

function addressesIn(value: unknown): string[] {
	if (typeof value === 'string') return /^\s*[a-z][a-z0-9+.-]*:\S/i.test(value) ? [value] : [];
	if (typeof value !== 'object' || value === null) return [];
	return Object.values(value).flatMap(addressesIn);
}
