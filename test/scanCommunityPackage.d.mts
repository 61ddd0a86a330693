/** n8n's verification scanner has no types of its own; this is what the tests use of it. */
declare module '@n8n/scan-community-package/scanner/scanner.mjs' {
	export interface Analysis {
		readonly passed: boolean;
		readonly message?: string;
		/** What was found, as ESLint prints it. */
		readonly details?: string;
	}

	/** What the scanner reads of a package's source repository. */
	export const SOURCE_FILE_PATTERNS: string[];

	export function analyzePackage(packageDir: string, filePatterns?: string[]): Promise<Analysis>;
}
