/* tap.js - the Test Anything Protocol for the tests that node runs. */
let count = 0, failed = 0;

export function ok(holds, what, ...details) {
	console.log(`${holds ? 'ok' : 'not ok'} ${++count} - ${what.replaceAll('#', '')}`);
	if (!holds) {
		failed++;
		for (const detail of details)
			for (const line of String(detail).split('\n'))
				console.log(`# ${line}`);
	}
	return holds;
}
export const is = (got, want, what) => ok(got === want, what, `   got: ${JSON.stringify(got)}`, `wanted: ${JSON.stringify(want)}`);
export const diag = (text) => console.log(`# ${text}`);
export function done() {
	console.log(`1..${count}`);
	process.exitCode = failed === 0 ? 0 : 1;
}
export function bailOut(why) {
	console.log(`Bail out! ${String(why).replaceAll('\n', ' ')}`);
	process.exit(1);
}
