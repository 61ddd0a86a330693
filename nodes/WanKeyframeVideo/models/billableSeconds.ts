import type { Model, SettingValues } from './family';
import { defaultOf } from './settings';

/**
 * Seconds that a video of these settings is billed for at most: a length that the model chooses counts as
 * its longest. With a first clip the duration is the whole length, all of which is billed (documented).
 */
export function billableSeconds(model: Model, settings: SettingValues): number {
	const rule = model.settings.duration;
	if (rule?.kind !== 'integer') return model.fixedSeconds ?? 0;
	const seconds = settings.duration ?? defaultOf(rule);
	// A negative length leaves it to the model.
	return typeof seconds === 'number' && seconds >= 0 ? seconds : Math.max(...rule.allowed.flat());
}
