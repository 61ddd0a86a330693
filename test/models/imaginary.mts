/** Models of the imaginary family, for checks of single rules. */
import { resolveModel } from '../../nodes/WanKeyframeVideo/models/findModel.ts';
import type {
	Model,
	ModelFamily,
	SettingRules,
} from '../../nodes/WanKeyframeVideo/models/family.ts';
import { IMAGINARY_FAMILY } from './atelier.mts';

/** A model of the imaginary family where it departs from it. */
export function modelWith(other: Partial<ModelFamily>): Model {
	return resolveModel({ ...IMAGINARY_FAMILY, ...other }, 'some-model');
}

/** A model that takes these settings and nothing else. */
export const modelTaking = (settings: SettingRules): Model => modelWith({ settings });

/** A model of the imaginary family with other rules for its frames. */
export const modelWithFrames = (frames: Partial<ModelFamily['frames']>): Model =>
	modelWith({ frames: { ...IMAGINARY_FAMILY.frames, ...frames } });
