import type { RunTimeKey } from '../tasks/runTimes';
import type { CreateInput } from '../parameters/createInput';

/** What the run time of an item's task depends on: a setting that is not set has the model's default. */
export function runKindOf({
	model,
	settings,
}: Pick<CreateInput, 'model' | 'settings'>): RunTimeKey {
	const valueOf = (name: 'resolution' | 'duration'): string => {
		const rule = model.settings[name];
		const byDefault = rule !== undefined && 'default' in rule ? rule.default : undefined;
		return String(settings[name] ?? byDefault ?? '');
	};
	return {
		model: model.id,
		resolution: valueOf('resolution'),
		seconds: valueOf('duration'),
		usualRunMs: 70_000,
	};
}
