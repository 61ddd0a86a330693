/** What the editor would show of a node, as n8n itself decides it. */
import type { INodeParameters, INodeProperties, INodeTypeDescription } from 'n8n-workflow';
import { n8nWorkflow } from '../engine/n8n.mts';

const { NodeHelpers } = n8nWorkflow;

export interface ShownFields {
	/** The parameters as n8n completes them before a run: what is shown, with its default; without notices. */
	complete(parameters: INodeParameters): INodeParameters;
	/** Every field of this name that is shown. */
	shown(parameters: INodeParameters, name: string): INodeProperties[];
	/** The entries of this name that the collection 'options' offers. */
	shownOptions(parameters: INodeParameters, name: string): INodeProperties[];
}

export function shownFields(description: INodeTypeDescription): ShownFields {
	const { properties } = description;
	const settable = properties.filter(({ type }) => type !== 'notice');
	const complete = (parameters: INodeParameters): INodeParameters =>
		NodeHelpers.getNodeParameters(settable, parameters, true, false, null, description) ?? {};
	const shown = (parameters: INodeParameters, name: string): INodeProperties[] => {
		const values = complete(parameters);
		return properties.filter(
			(property) =>
				property.name === name && NodeHelpers.displayParameter(values, property, null, description),
		);
	};
	return {
		complete,
		shown,
		shownOptions(parameters, name) {
			const values = complete(parameters);
			return shown(parameters, 'options')
				.flatMap(({ options = [] }) => options)
				.flatMap((entry) => ('type' in entry && entry.name === name ? [entry] : []))
				.filter((entry) => NodeHelpers.displayParameter({}, entry, null, description, values));
		},
	};
}

/** The values that a field lets the user pick. */
export function valuesOf(field: INodeProperties | undefined): unknown[] {
	return (field?.options ?? []).map((option) => ('value' in option ? option.value : undefined));
}
