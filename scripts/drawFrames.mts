/** Draws the example frames: a small monster in the rain, from afar and closer, then close, then in the sun. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const WIDTH = 1280;
const HEIGHT = 720;
/** Drawn around the picture and cut off: blurred shapes would fade at the edge of the canvas. */
const MARGIN = 40;

/** Mulberry32: the same seed gives the same rain on every machine. */
function seededRandom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

interface Rain {
	seed: number;
	drops: number;
	lengthPx: number;
	widthPx: number;
	/** How far a streak leans to the left on its way down. */
	slantPx: number;
	opacity: number;
}

function rain({ seed, drops, lengthPx, widthPx, slantPx, opacity }: Rain): string {
	const random = seededRandom(seed);
	const streaks = Array.from({ length: drops }, () => {
		const x = Math.round(random() * (WIDTH + 80) - 20);
		const y = Math.round(random() * (HEIGHT + 80) - 80);
		const scale = 0.5 + random() * 0.9;
		const dx = (-slantPx * scale).toFixed(1);
		return `M${x} ${y}l${dx} ${(lengthPx * scale).toFixed(1)}`;
	});
	return `<path d="${streaks.join('')}" stroke="#dcecff" stroke-width="${widthPx}"
		stroke-linecap="round" opacity="${opacity}"/>`;
}

function ripples(seed: number, count: number, top: number, grow: number): string {
	const random = seededRandom(seed);
	return Array.from({ length: count }, () => {
		const y = top + random() ** 1.4 * (HEIGHT - top);
		const nearness = (y - top) / (HEIGHT - top);
		const rx = (5 + 20 * nearness * random() + 5 * nearness) * grow;
		const x = random() * WIDTH;
		return `<ellipse cx="${x.toFixed(0)}" cy="${y.toFixed(0)}" rx="${rx.toFixed(1)}"
			ry="${(rx * 0.28).toFixed(1)}" fill="none" stroke="#cfe2f7" stroke-width="1.4"
			opacity="${(0.15 + 0.3 * nearness).toFixed(2)}"/>`;
	}).join('');
}

function skyline(seed: number, base: number, tallest: number, colour: string, lit: number): string {
	const random = seededRandom(seed);
	const parts: string[] = [];
	for (let x = -20; x < WIDTH; ) {
		const width = 60 + Math.round(random() * 70);
		const height = Math.round(tallest * (0.35 + 0.65 * random()));
		parts.push(`<rect x="${x}" y="${base - height}" width="${width}" height="${height + 20}"
			rx="4" fill="${colour}"/>`);
		for (let wy = base - height + 16; wy < base - 24; wy += 24) {
			for (let wx = x + 12; wx < x + width - 14; wx += 19) {
				if (random() > lit) continue;
				parts.push(`<rect x="${wx}" y="${wy}" width="8" height="11" rx="1.5"
					fill="#ffd79a" opacity="${(0.3 + random() * 0.45).toFixed(2)}"/>`);
			}
		}
		x += width + Math.round(random() * 14);
	}
	return parts.join('');
}

const COLOURS = `
	<radialGradient id="fur" cx="0.4" cy="0.25" r="0.85">
		<stop offset="0" stop-color="#86c8ff"/><stop offset="0.5" stop-color="#4a93e6"/>
		<stop offset="1" stop-color="#2559ad"/>
	</radialGradient>
	<radialGradient id="belly" cx="0.5" cy="0.3" r="0.75">
		<stop offset="0" stop-color="#d9f0ff"/><stop offset="1" stop-color="#8cc4f4"/>
	</radialGradient>
	<linearGradient id="horn" x1="0" y1="0" x2="0" y2="1">
		<stop offset="0" stop-color="#fff2cf"/><stop offset="1" stop-color="#e8b878"/>
	</linearGradient>
	<radialGradient id="eye" cx="0.5" cy="0.4" r="0.7">
		<stop offset="0.6" stop-color="#ffffff"/><stop offset="1" stop-color="#c9def2"/>
	</radialGradient>
	<radialGradient id="iris" cx="0.5" cy="0.55" r="0.6">
		<stop offset="0" stop-color="#2b5f8f"/><stop offset="1" stop-color="#0f2743"/>
	</radialGradient>
	<filter id="soft" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="10"/></filter>
	<filter id="haze" x="-50%" y="-100%" width="200%" height="300%"><feGaussianBlur stdDeviation="34"/></filter>
	<filter id="slight"><feGaussianBlur stdDeviation="2.2"/></filter>`;

function mirrored(shape: string): string {
	return `${shape}<g transform="scale(-1 1)">${shape}</g>`;
}

/** The monster looking down, hands folded; 300 units tall, its feet at y = 150. */
function sadMonster(): string {
	return `
	${mirrored(`<path d="M-52 -104 q-26 -20 -20 -50 q27 6 42 38 z" fill="url(#horn)"/>
		<path d="M-69 -122 q10 -3 17 -10 M-60 -112 q10 -3 17 -9" stroke="#c08f55" stroke-width="3"
			fill="none" stroke-linecap="round" opacity="0.6"/>
		<ellipse cx="-42" cy="140" rx="36" ry="15" fill="#2c62b8"/>
		<path d="M-62 141 v8 M-46 144 v9 M-30 143 v8" stroke="#1d468c" stroke-width="3.5"
			stroke-linecap="round"/>`)}
	<path d="M-100 60 C-112 -40 -76 -126 0 -126 C76 -126 112 -40 100 60 C96 122 58 144 0 144
		C-58 144 -96 122 -100 60 Z" fill="url(#fur)"/>
	<path d="M-14 -124 q-8 -22 8 -36 q2 14 8 20 q2 -12 15 -16 q-5 18 -3 32 z" fill="#4a93e6"/>
	<ellipse cx="0" cy="78" rx="62" ry="56" fill="url(#belly)"/>
	<path d="M-94 28 C-124 56 -92 98 -36 88 q13 -4 8 -16 q-26 2 -40 -18 z" fill="#3f82d6"/>
	<path d="M94 28 C124 56 92 98 36 88 q-13 -4 -8 -16 q26 2 40 -18 z" fill="#3f82d6"/>
	<g>
		<ellipse cx="-36" cy="-32" rx="30" ry="32" fill="url(#eye)"/>
		<ellipse cx="36" cy="-32" rx="30" ry="32" fill="url(#eye)"/>
		<ellipse cx="-33" cy="-16" rx="18" ry="19" fill="url(#iris)"/>
		<ellipse cx="33" cy="-16" rx="18" ry="19" fill="url(#iris)"/>
		<circle cx="-39" cy="-23" r="6" fill="#fff"/><circle cx="27" cy="-23" r="6" fill="#fff"/>
		<path d="M-70 -38 q8 -32 38 -28 q28 4 27 20 q-30 -11 -65 8 z" fill="#3d80d4"/>
		<path d="M70 -38 q-8 -32 -38 -28 q-28 4 -27 20 q30 -11 65 8 z" fill="#3d80d4"/>
		<path d="M-64 -70 q18 -16 36 -20 M64 -70 q-18 -16 -36 -20" stroke="#1d4a93"
			stroke-width="6" fill="none" stroke-linecap="round"/>
		<path d="M-18 26 q18 -15 36 0" stroke="#153a75" stroke-width="5" fill="none"
			stroke-linecap="round"/>
		<path d="M6 19 l5 11 l6 -8 z" fill="#fff"/>
		<ellipse cx="-68" cy="6" rx="14" ry="8" fill="#ff9db4" opacity="0.45"/>
		<ellipse cx="68" cy="6" rx="14" ry="8" fill="#ff9db4" opacity="0.45"/>
	</g>
	<path d="M-78 -66 q14 -36 48 -48" stroke="#cfe9ff" stroke-width="7" fill="none"
		stroke-linecap="round" opacity="0.55"/>`;
}

/** The same monster with its head thrown back: the face has moved up and is seen from below. */
function hopefulMonster(): string {
	return `
	${mirrored(`<path d="M-74 -84 q-30 -18 -30 -58 q34 8 56 36 z" fill="url(#horn)"/>
		<path d="M-99 -117 q11 -2 20 -10 M-90 -101 q12 -3 22 -12" stroke="#c08f55" stroke-width="3"
			fill="none" stroke-linecap="round" opacity="0.6"/>`)}
	<path d="M-104 150 C-118 70 -116 20 -100 -34 C-86 -100 -48 -132 0 -132 C48 -132 86 -100 100 -34
		C116 20 118 70 104 150 Z" fill="url(#fur)"/>
	<path d="M-18 -126 q-24 -10 -22 -30 q12 6 20 6 q-2 -14 10 -22 q8 12 12 16 q6 -8 18 -8
		q2 22 -14 38 z" fill="#4a93e6"/>
	<path d="M-66 150 C-72 88 -40 62 0 62 C40 62 72 88 66 150 Z" fill="url(#belly)"/>
	<ellipse cx="0" cy="34" rx="56" ry="13" fill="#1f50a3" opacity="0.28" filter="url(#slight)"/>
	<path d="M-101 66 C-134 84 -118 140 -76 128 q12 -6 4 -18 q-16 0 -20 -22 z" fill="#3f82d6"/>
	<path d="M101 66 C134 84 118 140 76 128 q-12 -6 -4 -18 q16 0 20 -22 z" fill="#3f82d6"/>
	<g>
		<ellipse cx="-38" cy="-64" rx="34" ry="37" fill="url(#eye)"/>
		<ellipse cx="38" cy="-64" rx="34" ry="37" fill="url(#eye)"/>
		<ellipse cx="-36" cy="-79" rx="22" ry="21" fill="url(#iris)"/>
		<ellipse cx="36" cy="-79" rx="22" ry="21" fill="url(#iris)"/>
		<circle cx="-28" cy="-87" r="8.5" fill="#fff"/><circle cx="44" cy="-87" r="8.5" fill="#fff"/>
		<circle cx="-44" cy="-72" r="4" fill="#bfe3ff"/><circle cx="28" cy="-72" r="4" fill="#bfe3ff"/>
		<path d="M-72 -58 q8 36 40 32 q24 -3 26 -22 q-30 14 -66 -10 z" fill="#5a9fea" opacity="0.8"/>
		<path d="M72 -58 q-8 36 -40 32 q-24 -3 -26 -22 q30 14 66 -10 z" fill="#5a9fea" opacity="0.8"/>
		<path d="M-60 -112 q14 -12 32 -11 M60 -112 q-14 -12 -32 -11" stroke="#1d4a93"
			stroke-width="6" fill="none" stroke-linecap="round"/>
		<ellipse cx="0" cy="-12" rx="13" ry="11" fill="#153a75"/>
		<ellipse cx="0" cy="-7" rx="8" ry="5" fill="#e57f97"/>
		<path d="M3 -22 l5 9 l4 -6 z" fill="#fff"/>
		<ellipse cx="-76" cy="-24" rx="15" ry="9" fill="#ff9db4" opacity="0.6"/>
		<ellipse cx="76" cy="-24" rx="15" ry="9" fill="#ff9db4" opacity="0.6"/>
	</g>
	<path d="M-80 -90 q18 -26 42 -34" stroke="#d8eeff" stroke-width="5" fill="none"
		stroke-linecap="round" opacity="0.5" filter="url(#slight)"/>
	<path d="M58 -112 q34 24 42 72 q14 48 9 108" stroke="#ffeec2" stroke-width="6" fill="none"
		stroke-linecap="round" opacity="0.75" filter="url(#slight)"/>
	${[
		[-90, 16],
		[-58, 44],
		[62, 38],
		[88, -2],
		[-20, 30],
	]
		.map(
			([x, y]) => `<path d="M${x} ${y} q-5 9 0 12 q5 -3 0 -12 z" fill="#e4f4ff" opacity="0.85"/>`,
		)
		.join('')}`;
}

function cloud(x: number, y: number, width: number, colour: string, opacity: number): string {
	const u = width / 10;
	return `<g fill="${colour}" opacity="${opacity}" filter="url(#soft)">
		<ellipse cx="${x}" cy="${y}" rx="${5 * u}" ry="${1.3 * u}"/>
		<ellipse cx="${x - 1.8 * u}" cy="${y - 0.9 * u}" rx="${2 * u}" ry="${1.3 * u}"/>
		<ellipse cx="${x + 1.2 * u}" cy="${y - 1.2 * u}" rx="${2.5 * u}" ry="${1.6 * u}"/>
	</g>`;
}

function svg(defs: string, content: string): string {
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-MARGIN} ${-MARGIN} ${WIDTH + 2 * MARGIN} ${HEIGHT + 2 * MARGIN}"
		width="${WIDTH + 2 * MARGIN}" height="${HEIGHT + 2 * MARGIN}"><defs>${COLOURS}${defs}</defs>${content}</svg>`;
}

/** The monster alone in the rain; `camera` moves the whole picture. */
function firstFrame(camera = ''): string {
	const ground = 486;
	const x = 560;
	const y = 518;
	return svg(
		`<linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
			<stop offset="0" stop-color="#1d2a44"/><stop offset="1" stop-color="#5c7591"/>
		</linearGradient>
		<linearGradient id="street" x1="0" y1="0" x2="0" y2="1">
			<stop offset="0" stop-color="#3b4d66"/><stop offset="1" stop-color="#182235"/>
		</linearGradient>
		<linearGradient id="fade" x1="0" y1="0" x2="0" y2="1">
			<stop offset="0" stop-color="#fff" stop-opacity="0.5"/>
			<stop offset="1" stop-color="#fff" stop-opacity="0"/>
		</linearGradient>
		<mask id="reflection"><rect x="0" y="600" width="${WIDTH}" height="120" fill="url(#fade)"/></mask>
		<radialGradient id="lamp"><stop offset="0" stop-color="#ffdf9e" stop-opacity="0.85"/>
			<stop offset="0.35" stop-color="#ffcf80" stop-opacity="0.28"/>
			<stop offset="1" stop-color="#ffcf80" stop-opacity="0"/></radialGradient>`,
		`<g transform="${camera}"><rect width="${WIDTH}" height="${HEIGHT}" fill="url(#sky)"/>
		${cloud(220, 90, 520, '#2a3a57', 0.9)}${cloud(760, 60, 640, '#26344f', 0.9)}
		${cloud(1120, 130, 460, '#33455f', 0.8)}
		<g filter="url(#slight)">${skyline(11, ground, 260, '#40556f', 0.12)}</g>
		${skyline(5, ground + 4, 170, '#2c3d56', 0.2)}
		<rect y="${ground}" width="${WIDTH}" height="${HEIGHT - ground}" fill="url(#street)"/>
		<rect y="${ground}" width="${WIDTH}" height="5" fill="#8093aa" opacity="0.5"/>
		<ellipse cx="610" cy="636" rx="330" ry="46" fill="#6c86a5" opacity="0.35"/>
		<ellipse cx="1080" cy="566" rx="150" ry="16" fill="#6c86a5" opacity="0.3"/>
		<ellipse cx="170" cy="676" rx="190" ry="24" fill="#6c86a5" opacity="0.28"/>
		<circle cx="1019" cy="212" r="250" fill="url(#lamp)"/>
		<path d="M1018 700 L1046 500 h28 L1116 700 z" fill="#ffd596" opacity="0.16"
			filter="url(#soft)"/>
		<rect x="1055" y="206" width="9" height="316" rx="4" fill="#141d2d"/>
		<rect x="1042" y="514" width="35" height="14" rx="4" fill="#141d2d"/>
		<path d="M1059 210 q0 -34 -40 -34" stroke="#141d2d" stroke-width="8" fill="none"/>
		<path d="M1000 176 h38 l8 20 h-54 z" fill="#141d2d"/>
		<ellipse cx="1019" cy="200" rx="20" ry="10" fill="#fff3cf"/>
		<g mask="url(#reflection)"><g transform="translate(${x} 678) scale(0.6 -0.42)"
			filter="url(#slight)">${sadMonster()}</g></g>
		<ellipse cx="${x}" cy="${y + 87}" rx="76" ry="10" fill="#0d1523" opacity="0.55"/>
		<g transform="translate(${x} ${y}) scale(0.6)">${sadMonster()}</g>
		${ripples(3, 46, ground + 24, 1)}
		${rain({ seed: 21, drops: 300, lengthPx: 20, widthPx: 1.1, slantPx: 4, opacity: 0.3 })}
		${rain({ seed: 8, drops: 110, lengthPx: 46, widthPx: 2, slantPx: 9, opacity: 0.38 })}</g>`,
	);
}

/** Later, from afar again: the rain is over, and the monster looks at a rainbow. */
function sunnyFrame(): string {
	const ground = 486;
	const rainbow = ['#e8695a', '#f2a65a', '#f4dd74', '#7fc98a', '#6aa7e8', '#9a83d6'].map(
		(colour, band) => `<circle cx="900" cy="560" r="${430 - 13 * band}" fill="none"
			stroke="${colour}" stroke-width="13"/>`,
	);
	return svg(
		`<linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
			<stop offset="0" stop-color="#5fa8e0"/><stop offset="1" stop-color="#f6e3b8"/>
		</linearGradient>
		<linearGradient id="street" x1="0" y1="0" x2="0" y2="1">
			<stop offset="0" stop-color="#b9a98c"/><stop offset="1" stop-color="#7d7468"/>
		</linearGradient>
		<radialGradient id="sun"><stop offset="0" stop-color="#fffbe6"/>
			<stop offset="0.25" stop-color="#fff0b8" stop-opacity="0.8"/>
			<stop offset="1" stop-color="#fff0b8" stop-opacity="0"/></radialGradient>`,
		`<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#sky)"/>
		<g opacity="0.55" filter="url(#slight)">${rainbow.join('')}</g>
		<circle cx="190" cy="110" r="290" fill="url(#sun)"/>
		${cloud(640, 90, 420, '#ffffff', 0.8)}${cloud(1120, 180, 340, '#fff6e4', 0.7)}
		<g filter="url(#slight)">${skyline(11, ground, 260, '#9fb3c4', 0.05)}</g>
		${skyline(5, ground + 4, 170, '#7d93a8', 0.05)}
		<rect y="${ground}" width="${WIDTH}" height="${HEIGHT - ground}" fill="url(#street)"/>
		<rect y="${ground}" width="${WIDTH}" height="5" fill="#efe2c6" opacity="0.6"/>
		<ellipse cx="660" cy="636" rx="300" ry="34" fill="#cfe2f2" opacity="0.55"/>
		<ellipse cx="1080" cy="566" rx="150" ry="16" fill="#cfe2f2" opacity="0.45"/>
		<ellipse cx="560" cy="607" rx="92" ry="12" fill="#4b4335" opacity="0.5"/>
		<g transform="translate(560 518) scale(0.6)">${hopefulMonster()}
			${mirrored(`<ellipse cx="-44" cy="146" rx="38" ry="15" fill="#2c62b8"/>
				<path d="M-64 147 v8 M-48 150 v9 M-32 149 v8" stroke="#1d468c" stroke-width="3.5"
					stroke-linecap="round"/>`)}</g>`,
	);
}

/** The camera halfway from the first frame to the last. */
const CLOSER = 'translate(640 400) scale(1.8) translate(-560 -500)';

function lastFrame(): string {
	return svg(
		`<linearGradient id="sky" x1="0" y1="1" x2="0" y2="0">
			<stop offset="0" stop-color="#4a6484"/><stop offset="1" stop-color="#93aabf"/>
		</linearGradient>
		<radialGradient id="gap"><stop offset="0" stop-color="#fff7dc"/>
			<stop offset="0.4" stop-color="#ffe2a4" stop-opacity="0.75"/>
			<stop offset="1" stop-color="#ffdf9e" stop-opacity="0"/></radialGradient>
		<linearGradient id="beam" x1="1" y1="0" x2="0" y2="1">
			<stop offset="0" stop-color="#fff1c4" stop-opacity="0.55"/>
			<stop offset="1" stop-color="#fff1c4" stop-opacity="0"/>
		</linearGradient>`,
		`<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#sky)"/>
		<circle cx="1060" cy="60" r="370" fill="url(#gap)"/>
		${cloud(170, 120, 640, '#4d6585', 0.95)}${cloud(520, 40, 560, '#5d7695', 0.9)}
		${cloud(1240, 250, 420, '#8ca2b8', 0.75)}${cloud(820, 20, 330, '#93a7bb', 0.6)}
		<g filter="url(#soft)"><path d="M1010 0 L260 720 h240 L1110 0 z" fill="url(#beam)"/>
			<path d="M1120 0 L620 720 h160 L1180 0 z" fill="url(#beam)"/></g>
		<g filter="url(#soft)" opacity="0.75">${skyline(5, 740, 190, '#3a506e', 0.18)}</g>
		<ellipse cx="610" cy="740" rx="420" ry="110" fill="#22344f" opacity="0.45"
			filter="url(#haze)"/>
		<g transform="translate(600 446) rotate(4) scale(1.98)">${hopefulMonster()}</g>
		${rain({ seed: 34, drops: 70, lengthPx: 34, widthPx: 1.6, slantPx: 6, opacity: 0.4 })}
		${rain({ seed: 55, drops: 34, lengthPx: 78, widthPx: 3, slantPx: 13, opacity: 0.34 })}`,
	);
}

/** Writes the frames as opaque 1280 × 720 PNG files into `folder`. */
export async function drawFrames(folder: string): Promise<void> {
	const drawings = {
		first: firstFrame(),
		closer: firstFrame(CLOSER),
		last: lastFrame(),
		sunny: sunnyFrame(),
	};
	for (const [name, drawing] of Object.entries(drawings)) {
		await sharp(Buffer.from(drawing))
			.extract({ left: MARGIN, top: MARGIN, width: WIDTH, height: HEIGHT })
			.removeAlpha()
			.png({ compressionLevel: 9, adaptiveFiltering: true })
			.toFile(path.join(folder, `${name}.png`));
	}
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	await drawFrames(fileURLToPath(new URL('../examples/frames', import.meta.url)));
}
