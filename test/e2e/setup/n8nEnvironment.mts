/** The settings n8n runs with. */
import { searchPath } from './install.mts';
import { examplesFolder } from './paths.mts';

export interface N8nPlace {
	/** Holds everything n8n keeps on disk. */
	userFolder: string;
	port: number;
	/** n8n's internal port for the processes that run Code nodes. */
	brokerPort: number;
	/** Beside the examples, the only folder that workflows may read and write files in. */
	filesFolder: string;
}

/** What reports home, or asks there for news, templates, packages and licenses. */
const SILENCED = {
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
	N8N_DISABLED_MODULES: 'mcp-registry',
	EXTERNAL_FRONTEND_HOOKS_URLS: '',
};

/** Banners and questionnaires that would lie over the editor. */
const UNOBTRUSIVE = {
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_ONBOARDING_FLOW_DISABLED: 'true',
};

/** Nothing of the shell's settings gets through but where programs are found. */
export function n8nEnvironment(place: N8nPlace): NodeJS.ProcessEnv {
	return {
		...SILENCED,
		...UNOBTRUSIVE,
		PATH: searchPath,
		HOME: place.userFolder,
		LANG: 'C.UTF-8',
		N8N_USER_FOLDER: place.userFolder,
		N8N_ENCRYPTION_KEY: 'a key for trials only',
		N8N_HOST: '127.0.0.1',
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_PORT: String(place.port),
		N8N_RUNNERS_BROKER_PORT: String(place.brokerPort),
		N8N_EDITOR_BASE_URL: `http://127.0.0.1:${place.port}`,
		// The browser is given its cookie over plain HTTP.
		N8N_SECURE_COOKIE: 'false',
		N8N_RESTRICT_FILE_ACCESS_TO: [examplesFolder, place.filesFolder].join(';'),
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		// How long running executions may hold up the end.
		N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '5',
		GENERIC_TIMEZONE: 'UTC',
		// Small videos are not worth a database; the default of 2.x, said for 1.x too.
		N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
		N8N_LOG_LEVEL: 'info',
		NODE_OPTIONS: '--max-old-space-size=2048',
	};
}
