/** Decrypted credentials and their authentication, as n8n's own credentials helper gives them. */
import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	INode,
	INodeCredentialsDetails,
	IRequestOptionsSimplified,
	IWorkflowExecuteAdditionalData,
	Workflow,
} from 'n8n-workflow';
import { n8nWorkflow } from './n8n.mts';

/** The data of each credential, by credential type. */
export type CredentialStore = Record<string, ICredentialDataDecryptedObject>;

const REQUEST_PARTS = ['headers', 'qs', 'body', 'auth'] as const;

export class StoredCredentialsHelper extends n8nWorkflow.ICredentialsHelper {
	readonly #typeOf: (name: string) => ICredentialType;
	readonly #store: CredentialStore;

	constructor(typeOf: (name: string) => ICredentialType, store: CredentialStore) {
		super();
		this.#typeOf = typeOf;
		this.#store = store;
	}

	override getParentTypes(): string[] {
		return [];
	}

	override isCredentialUsableByNode(): boolean {
		return true;
	}

	override getCredentialsProperties(type: string) {
		return this.#typeOf(type).properties;
	}

	/** The data as a node sees it: what the user never touched has the property's default. */
	withDefaults(type: string, data: ICredentialDataDecryptedObject): ICredentialDataDecryptedObject {
		const defaults = Object.fromEntries(
			this.getCredentialsProperties(type).map((property) => [property.name, property.default]),
		);
		return n8nWorkflow.jsonParse(JSON.stringify({ ...defaults, ...data }));
	}

	override async getDecrypted(
		_additionalData: IWorkflowExecuteAdditionalData,
		_details: INodeCredentialsDetails,
		type: string,
	): Promise<ICredentialDataDecryptedObject> {
		const data = this.#store[type];
		if (!data) throw new Error(`No credential of type '${type}' was given to the engine`);
		return this.withDefaults(type, data);
	}

	override async preAuthentication(): Promise<undefined> {
		return undefined;
	}

	override async runPreAuthentication(): Promise<undefined> {
		return undefined;
	}

	override async authenticate(
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		requestOptions: IHttpRequestOptions | IRequestOptionsSimplified,
		workflow: Workflow,
		node: INode,
	): Promise<IHttpRequestOptions> {
		const request: IHttpRequestOptions = { url: '', ...requestOptions };
		const { authenticate } = this.#typeOf(typeName);
		if (typeof authenticate === 'function') return await authenticate(credentials, request);
		if (authenticate?.type !== 'generic') return request;

		const resolve = (value: unknown) => {
			if (!n8nWorkflow.isExpression(value)) return value;
			const keys = { $credentials: credentials };
			const resolved = workflow.expression.getSimpleParameterValue(
				node,
				value,
				'internal',
				keys,
				undefined,
				'',
			);
			return resolved ? String(resolved) : '';
		};
		for (const part of REQUEST_PARTS) {
			const additions = Object.entries(authenticate.properties[part] ?? {}).map(([key, value]) => [
				String(resolve(key)),
				resolve(value),
			]);
			if (additions.length === 0) continue;
			Object.assign(request, {
				[part]: { ...partOf(request, part), ...Object.fromEntries(additions) },
			});
		}
		return request;
	}

	override async getCredentials(): Promise<never> {
		throw new Error('Encrypted credentials are not part of this engine');
	}

	override async updateCredentials(): Promise<never> {
		throw new Error('Updating credentials is not part of this engine');
	}

	override async updateCredentialsOauthTokenData(): Promise<never> {
		throw new Error('OAuth is not part of this engine');
	}
}

function partOf(request: IHttpRequestOptions, part: (typeof REQUEST_PARTS)[number]): object {
	const value = request[part];
	return typeof value === 'object' && value !== null ? value : {};
}
