/** Before the first test file: the downloads, so that their time is not a test's. */
import { installChromium, installN8n } from './install.mts';

export default async function setUp(): Promise<void> {
	const say = (line: string) => console.log(line);
	await installN8n(say);
	await installChromium(say);
}
