/* main.js - the civil registry's desk: which pages it has, and for whom. */
import { start } from '/desk/shell/start.js';
import { WorkPage } from './work.js';

start({
	name: 'civil.title',
	base: '/civil/v1',
	messages: '/desk/office/messages',
	pages: [
		{ route: 'work', title: 'work.title', shortcut: 'Q', show: WorkPage, isFor: () => true },
	],
});
