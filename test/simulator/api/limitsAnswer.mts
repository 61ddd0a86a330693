import { ACCOUNT } from './account.mts';
import type { JsonObject } from '../json.mts';
import type { ServedModel } from '../models/model.mts';
import { pageOf, readPage } from './pages.mts';

const DEFAULT_PAGE_SIZE = 20;

/**
 * One page of `GET /models/limits`: the limits of each model (docs/service-facts.md#4-create).
 * Undefined where the page number or size is not a count.
 */
export function limitsAnswer(
	models: readonly ServedModel[],
	query: JsonObject,
): JsonObject | undefined {
	const page = readPage(query, DEFAULT_PAGE_SIZE);
	if (page === undefined) return undefined;
	const { model, name } = query;
	const matching = models.filter(
		({ id }) =>
			(model === undefined || id === model) && (typeof name !== 'string' || id.includes(name)),
	);
	return {
		output: {
			total: matching.length,
			page_no: page.number,
			page_size: page.size,
			quotas: pageOf(matching, page).map(quotaOf),
		},
	};
}

function quotaOf({ id, limits }: ServedModel): JsonObject {
	return {
		model: id,
		workspace_id: ACCOUNT.workspaceId,
		model_limit: {
			request_limit: limits.creates.count,
			request_limit_period: limits.creates.perSeconds,
			usage_limit: null,
			usage_limit_field: null,
			usage_limit_period: null,
			async_user_queue_limit: limits.queued,
			async_user_concurrency_limit: limits.running,
		},
		workspace_limit: null,
	};
}
