/* main.js - the passport office's desk: which pages it has, and for whom. */
import { start } from '/desk/shell/start.js';
import { hasRole } from '/desk/shell/office.js';
import { allRoles } from './common.js';
import { WorkPage } from './work.js';

const isOfficer = (officer) => hasRole(officer, ...allRoles);

start({
	name: 'issuance.title',
	base: '/issuance/v1',
	messages: '/desk/office/messages',
	pages: [
		{ route: 'work', title: 'work.title', shortcut: 'Q', show: WorkPage, isFor: isOfficer },
	],
});
