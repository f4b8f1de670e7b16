/* main.js - the civil registry's desk: which pages it has, and for whom. */
import { hasRole } from '/desk/shell/office.js';
import { start } from '/desk/shell/start.js';
import { ActPage } from './act.js';
import { CorrectionPage, CorrectPage } from './correct.js';
import { CertificatePage, CertificatesPage } from './certificates.js';
import { DeclarePage, KindsPage } from './declare.js';
import { DuplicatesPage } from './duplicates.js';
import { FindPage } from './find.js';
import { NotificationPage, NotifiedPage } from './notified.js';
import { NewPaperPage, PaperPage, PapersPage } from './papers.js';
import { StatisticsPage } from './statistics.js';
import { StockPage } from './stock.js';
import { UnsentBadge, UnsentPage } from './unsent.js';
import { WorkPage } from './work.js';

/* a statistician sees numbers, and nobody's acts */
const isReader = (officer) => hasRole(officer, 'civil_clerk', 'civil_registrar', 'civil_supervisor', 'auditor');
const isClerk = (officer) => hasRole(officer, 'civil_clerk');

start({
	name: 'civil.title',
	base: '/civil/v1',
	messages: '/desk/office/messages',
	pages: [
		{ route: 'work', title: 'work.title', shortcut: 'Q', show: WorkPage, isFor: isReader },
		{ route: 'notified', title: 'notified.title', shortcut: 'I', show: NotifiedPage, isFor: (officer) => hasRole(officer, 'civil_clerk', 'civil_registrar', 'civil_supervisor') },
		{ route: 'declare', title: 'declare.title', shortcut: 'N', show: KindsPage, isFor: isClerk },
		{ route: 'find', title: 'find.title', shortcut: 'F', show: FindPage, isFor: isReader },
		{ route: 'papers', title: 'papers.title', shortcut: 'P', show: PapersPage, isFor: isReader },
		{ route: 'statistics', title: 'statistics.title', shortcut: 'S', show: StatisticsPage, isFor: () => true, prints: true },
		{ route: 'stock', title: 'stock.title', shortcut: 'K', show: StockPage, isFor: isReader },
		{ route: 'unsent', title: 'unsent.title', shortcut: 'U', show: UnsentPage, isFor: isClerk, Badge: UnsentBadge },
		{ route: 'new', title: 'declare.title', show: DeclarePage, within: 'declare' },
		{ route: 'notification', title: 'notified.one', show: NotificationPage, within: 'notified' },
		{ route: 'newpaper', title: 'papers.new', show: NewPaperPage, within: 'papers' },
		{ route: 'paper', title: 'papers.one', show: PaperPage, within: 'papers' },
		{ route: 'act', title: 'act.title', show: ActPage },
		{ route: 'correct', title: 'correct.title', show: CorrectPage },
		{ route: 'correction', title: 'correction.title', show: CorrectionPage },
		{ route: 'certificates', title: 'certificate.all', show: CertificatesPage },
		{ route: 'certificate', title: 'certificate.title', show: CertificatePage },
		{ route: 'duplicates', title: 'duplicates.title', show: DuplicatesPage },
	],
});
