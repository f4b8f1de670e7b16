/* passport.js - the day at the passport office's desk, played on the stage of test_passport.c. */
import { look, opened, play, signIn, speak, stage, t } from './play.js';

const officerOf = (login) => stage.officers.find((one) => one.login === login);
let clerk;

await play(() => ({ clerk }), async (browser) => {
	clerk = await browser.open(stage.url);
	await signIn(clerk, officerOf('passport_clerk.1'));
	for (const code of ['en', 'fr', 'ar']) {
		await speak(clerk, code);
		await clerk.press('Alt+Shift+Q');
		await opened(clerk, t('work.title'));
		await look(clerk, 'passport-work');
	}
});
