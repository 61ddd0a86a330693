import type { DashScopeClient } from '../dashscope/client';
import type { UploadPolicy } from '../dashscope/uploadPolicy';
import type { Clock } from '../util/clock';
import { fail, ok, type Result } from '../util/result';
import { fromApiError, type ItemError } from './itemError';

/** The permissions to upload that a run has, one a model. */
export interface UploadPolicies {
	/** One that is valid for another minute; a new one if `isFresh`. Failures are not remembered. */
	get(
		modelId: string,
		isFresh: boolean,
		signal: AbortSignal,
	): Promise<Result<UploadPolicy, ItemError>>;
}

/** A policy is not used in its last minute, since an upload takes some time itself. */
const EXPIRY_MARGIN_MS = 60_000;

interface IssuedPolicy {
	readonly policy: UploadPolicy;
	readonly issuedAtMs: number;
}

type Issued = Promise<Result<IssuedPolicy, ItemError>>;

export function createUploadPolicies(client: DashScopeClient, clock: Clock): UploadPolicies {
	const issued = new Map<string, Issued>();

	const issue = async (modelId: string, signal: AbortSignal): Issued => {
		const issuedAtMs = clock.monotonicMs();
		const answer = await client.getUploadPolicy(modelId, signal);
		return answer.ok
			? ok({ policy: answer.value, issuedAtMs })
			: fail(fromApiError(answer.error, { advice: 'Nothing was created or billed.' }));
	};

	/** Items that ask at the same time share one call. */
	const renew = async (modelId: string, signal: AbortSignal): Issued => {
		const issuing = issue(modelId, signal);
		issued.set(modelId, issuing);
		const result = await issuing;
		if (!result.ok && issued.get(modelId) === issuing) issued.delete(modelId);
		return result;
	};

	const isValid = ({ policy, issuedAtMs }: IssuedPolicy): boolean =>
		clock.monotonicMs() - issuedAtMs < policy.validForMs - EXPIRY_MARGIN_MS;

	const find = async (modelId: string, isFresh: boolean, signal: AbortSignal): Issued => {
		const latest = issued.get(modelId);
		if (latest === undefined) return await renew(modelId, signal);
		const result = await latest;
		if (!result.ok || (isValid(result.value) && !isFresh)) return result;
		// Another item may have renewed it meanwhile.
		return issued.get(modelId) === latest
			? await renew(modelId, signal)
			: await find(modelId, false, signal);
	};

	return {
		async get(modelId, isFresh, signal) {
			const found = await find(modelId, isFresh, signal);
			return found.ok ? ok(found.value.policy) : found;
		},
	};
}
