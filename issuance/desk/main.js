/* main.js - the passport office's desk: which pages it has, and for whom. */
import { start } from '/desk/shell/start.js';
import { hasRole } from '/desk/shell/office.js';
import { ApplicationPage } from './application.js';
import { ApplyPage } from './apply.js';
import { AppointmentsPage, TakeOverPage } from './appointments.js';
import { BatchesPage, BatchPage } from './batch.js';
import { BookletsPage } from './booklets.js';
import { ChipPage } from './chip.js';
import { allRoles, roles } from './common.js';
import { ControlPage, ExaminePage } from './control.js';
import { DeliverPage, DeliveryPage } from './deliver.js';
import { DescentPage } from './descent.js';
import { DocumentPage } from './document.js';
import { FindPage } from './find.js';
import { PersonPage, PersonsPage } from './person.js';
import { StopListPage } from './stoplist.js';
import { ApprovePage, WorkPage } from './work.js';

const isFor = (...wanted) => (officer) => hasRole(officer, ...wanted);

start({
	name: 'issuance.title',
	base: '/issuance/v1',
	messages: '/desk/office/messages',
	pages: [
		{ route: 'work', title: 'work.title', shortcut: 'Q', show: WorkPage, isFor: isFor(...allRoles) },
		{ route: 'apply', title: 'apply.title', shortcut: 'N', show: ApplyPage, isFor: isFor(roles.clerk) },
		{ route: 'takeover', title: 'takeover.title', shortcut: 'P', show: TakeOverPage, isFor: isFor(roles.clerk) },
		{ route: 'appointments', title: 'appointments.title', shortcut: 'T', show: AppointmentsPage, isFor: isFor(roles.clerk, roles.supervisor) },
		{ route: 'approve', title: 'approve.title', shortcut: 'A', show: ApprovePage, isFor: isFor(roles.approver, roles.supervisor) },
		{ route: 'batches', title: 'batch.title', shortcut: 'B', show: BatchesPage, isFor: isFor(...allRoles) },
		{ route: 'control', title: 'control.title', shortcut: 'C', show: ControlPage, isFor: isFor(...allRoles) },
		{ route: 'booklets', title: 'booklets.title', shortcut: 'K', show: BookletsPage, isFor: isFor(...allRoles) },
		{ route: 'deliver', title: 'deliver.title', shortcut: 'D', show: DeliverPage, isFor: isFor(roles.delivery) },
		{ route: 'find', title: 'find.title', shortcut: 'F', show: FindPage, isFor: isFor(...allRoles) },
		{ route: 'persons', title: 'persons.title', shortcut: 'S', show: PersonsPage, isFor: isFor(roles.approver, roles.supervisor) },
		{ route: 'stoplist', title: 'stoplist.title', shortcut: 'X', show: StopListPage, isFor: isFor(roles.supervisor) },
		{ route: 'application', title: 'application.title', show: ApplicationPage, within: 'work' },
		{ route: 'document', title: 'document.title', show: DocumentPage, within: 'find' },
		{ route: 'person', title: 'persons.title', show: PersonPage, within: 'persons' },
		{ route: 'delivery', title: 'deliver.one', show: DeliveryPage, within: 'deliver' },
		{ route: 'batch', title: 'batch.one', show: BatchPage, within: 'batches' },
		{ route: 'examine', title: 'control.one', show: ExaminePage, within: 'control' },
		{ route: 'chip', title: 'chip.title', show: ChipPage },
		{ route: 'descent', title: 'descent.title', show: DescentPage },
	],
});
