import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import { downloadField, downloadOptions, simplifyField } from './taskFields';

type Show = NonNullable<IDisplayOptions['show']>;

/** Labels that messages name, and what holds where the user sets nothing. */
export const TIMEOUT_LABEL = 'Timeout';
export const DEFAULT_TIMEOUT_MINUTES = 30;
export const DEFAULT_POLL_INTERVAL_SECONDS = 15;
export const MIN_POLL_INTERVAL_SECONDS = 1;

/** The fields of waiting that stand in the node itself. */
export function waitFields(show: Show): INodeProperties[] {
	return [
		{
			displayName: TIMEOUT_LABEL,
			name: 'timeout',
			type: 'number',
			typeOptions: { minValue: 0.1 },
			default: DEFAULT_TIMEOUT_MINUTES,
			hint: 'In minutes',
			displayOptions: { show },
			description:
				'How many minutes to wait at most. Videos take from half a minute to ten minutes; the task goes on at the service after that.',
		},
		{ ...downloadField(show), default: true },
		simplifyField(show),
	];
}

/** The entries of waiting in an options collection; `root` is how the collection reaches the node's own fields. */
export function waitOptions(show: Show): INodeProperties[] {
	return [
		{
			displayName: 'Cancel on Stop',
			name: 'cancelOnStop',
			type: 'boolean',
			default: false,
			displayOptions: { show },
			description:
				'Whether to cancel the tasks that are still in the queue when the execution is stopped. A task that runs cannot be canceled.',
		},
		...downloadOptions({ ...show, '/downloadVideo': [true] }),
		{
			displayName: 'On Timeout',
			name: 'onTimeout',
			type: 'options',
			options: [
				{
					name: 'Continue',
					value: 'continue',
					description: 'The item goes on as it stands, with finished set to false',
				},
				{
					name: 'Stop With an Error',
					value: 'error',
					description: 'The item does not come through',
				},
			],
			default: 'error',
			displayOptions: { show },
			description: 'What happens to an item whose task has not ended by then',
		},
		{
			displayName: 'Poll Interval',
			name: 'pollInterval',
			type: 'number',
			typeOptions: { minValue: MIN_POLL_INTERVAL_SECONDS },
			default: DEFAULT_POLL_INTERVAL_SECONDS,
			displayOptions: { show: { ...show, polling: ['fixed'] } },
			description: 'Seconds between two queries',
		},
		{
			displayName: 'Polling',
			name: 'polling',
			type: 'options',
			options: [
				{
					name: 'Automatic',
					value: 'automatic',
					description:
						'Mostly around the time at which the video can be expected, by what videos like it took before',
				},
				{ name: 'Fixed Interval', value: 'fixed' },
			],
			default: 'automatic',
			displayOptions: { show },
			description: 'How often to ask whether the task has ended. Queries cost nothing.',
		},
	];
}
