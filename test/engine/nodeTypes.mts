/** The package under test, loaded as n8n loads an installed community package. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ICredentialType, INodeType, INodeTypes, IVersionedNodeType } from 'n8n-workflow';
import { baseNodes } from './baseNodes.mts';
import { n8nCore, n8nWorkflow } from './n8n.mts';

type PackageLoader = InstanceType<typeof n8nCore.PackageDirectoryLoader>;

/** Loads the compiled classes that the package.json in `packageDir` lists. */
export async function loadPackage(packageDir: string): Promise<PackageLoader> {
	const loader = new n8nCore.PackageDirectoryLoader(packageDir);
	const { nodes = [], credentials = [] } = loader.packageJson.n8n ?? {};
	const missing = [...nodes, ...credentials].find(
		(file) => !existsSync(path.join(packageDir, file)),
	);
	if (missing) throw new Error(`'${missing}' is not there: run 'npm run build' first.`);
	await loader.loadAll();
	return loader;
}

/** What a workflow finds under a node's type name: the package's nodes, then the stand-ins. */
export function nodeTypesOf(
	loader: PackageLoader,
	extra: Record<string, INodeType> = {},
): INodeTypes {
	const lookUp = (fullName: string) => {
		const standIn = extra[fullName] ?? baseNodes[fullName];
		if (standIn) return standIn;
		const [packageName, nodeName] = splitAtLastDot(fullName);
		if (packageName !== loader.packageName) throw new Error(`Unknown node type '${fullName}'`);
		const [, toolOf] = /^(.+)Tool$/.exec(nodeName) ?? [];
		return toolOf ? asTool(loader.getNode(toolOf).type) : loader.getNode(nodeName).type;
	};
	return {
		getByName: lookUp,
		getByNameAndVersion: (fullName, version) =>
			n8nWorkflow.NodeHelpers.getVersionedNodeType(lookUp(fullName), version),
		getKnownTypes: () => ({}),
	};
}

/** What n8n makes of a node that is usable as a tool: the same node behind another output. */
function asTool(type: INodeType | IVersionedNodeType): INodeType {
	const node = n8nWorkflow.NodeHelpers.getVersionedNodeType(type);
	if (!node.description.usableAsTool) throw new Error('The node is not usable as a tool');
	const name = `${node.description.name}Tool`;
	const description = { ...node.description, name, inputs: [], outputs: ['ai_tool' as const] };
	return Object.assign(Object.create(node), { description });
}

/** The package's credential type of that name. */
export function credentialTypeOf(loader: PackageLoader, name: string): ICredentialType {
	return loader.getCredential(name).type;
}

function splitAtLastDot(fullName: string): [string, string] {
	const dot = fullName.lastIndexOf('.');
	return [fullName.slice(0, dot), fullName.slice(dot + 1)];
}
