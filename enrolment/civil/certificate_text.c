/*
 * What a certificate says in each language, and the layouts of its kinds: data only.  The multilingual form has the fields and symbols of
 * the model of ICCS Convention No. 16 (Jo Mo An, M F, Mar Div A D), with labels in English, French, Arabic and Spanish.
 */
#include "enrolment/civil/certificate-local.h"

const char *const certificate_kinds[CERTIFICATE_KINDS + 1] = { "birth", "death", "marriage", "divorce", NULL };
const char *const certificate_forms[CERTIFICATE_FORMS + 1] = { "full", "extract", "multilingual", NULL };
const char *const certificate_languages[CERTIFICATE_LANGUAGES + 1] = { "en", "fr", "ar", "es", NULL };

/* clang-format off */
const struct certificate_words certificate_titles[CERTIFICATE_KINDS] = {
	[CERTIFICATE_BIRTH] = { { "Birth certificate", "Acte de naissance", "شهادة ميلاد", "Certificado de nacimiento" } },
	[CERTIFICATE_DEATH] = { { "Death certificate", "Acte de décès", "شهادة وفاة", "Certificado de defunción" } },
	[CERTIFICATE_MARRIAGE] = { { "Marriage certificate", "Acte de mariage", "شهادة زواج", "Certificado de matrimonio" } },
	[CERTIFICATE_DIVORCE] = { { "Divorce certificate", "Acte de divorce", "شهادة طلاق", "Certificado de divorcio" } },
};
const struct certificate_words certificate_form_names[CERTIFICATE_FORMS] = {
	[CERTIFICATE_FULL] = { { "Full copy of the act", "Copie intégrale de l’acte", "نسخة كاملة من القيد", "Copia literal del acta" } },
	[CERTIFICATE_EXTRACT] = { { "Extract from the register", "Extrait du registre", "مستخرج من السجل", "Extracto del registro" } },
	[CERTIFICATE_MULTILINGUAL] = { { "Multilingual extract", "Extrait plurilingue", "مستخرج متعدد اللغات", "Extracto plurilingüe" } },
};
const struct certificate_words certificate_part_names[CERTIFICATE_PARTS] = {
	[PART_ACT] = { { "Event", "Événement", "الواقعة", "Hecho" } },
	[PART_CHILD] = { { "Child", "Enfant", "المولود", "Inscrito" } },
	[PART_DECEASED] = { { "Deceased", "Défunt", "المتوفى", "Difunto" } },
	[PART_SPOUSE_1] = { { "First spouse", "Premier époux", "الزوج الأول", "Primer cónyuge" } },
	[PART_SPOUSE_2] = { { "Second spouse", "Second époux", "الزوج الثاني", "Segundo cónyuge" } },
	[PART_MOTHER] = { { "Mother", "Mère", "الأم", "Madre" } },
	[PART_FATHER] = { { "Father", "Père", "الأب", "Padre" } },
	[PART_OTHERS] = { { "Other particulars of the act", "Autres énonciations de l’acte", "بيانات أخرى في القيد", "Otros datos del acta" } },
};
const struct certificate_words certificate_item_names[CERTIFICATE_ITEMS] = {
	[ITEM_SURNAME] = { { "Surname", "Nom", "اسم العائلة", "Apellidos" } },
	[ITEM_FORENAMES] = { { "Forenames", "Prénoms", "الأسماء الشخصية", "Nombre propio" } },
	[ITEM_NAME_LOCAL] = { { "Name in another script", "Nom en une autre écriture", "الاسم بخط آخر", "Nombre en otra escritura" } },
	[ITEM_SEX] = { { "Sex", "Sexe", "الجنس", "Sexo" } },
	[ITEM_BORN_ON] = { { "Date of birth", "Date de naissance", "تاريخ الميلاد", "Fecha de nacimiento" } },
	[ITEM_BIRTHPLACE] = { { "Place of birth", "Lieu de naissance", "مكان الميلاد", "Lugar de nacimiento" } },
	[ITEM_NATIONALITY] = { { "Nationality", "Nationalité", "الجنسية", "Nacionalidad" } },
	[ITEM_PERSONAL_NUMBER] = { { "Personal number", "Numéro personnel", "الرقم الشخصي", "Número personal" } },
	[ITEM_EVENT_ON] = { { "Date of the event", "Date de l’événement", "تاريخ الواقعة", "Fecha del hecho" } },
	[ITEM_EVENT_PLACE] = { { "Place of the event", "Lieu de l’événement", "مكان الواقعة", "Lugar del hecho" } },
	[ITEM_COURT] = { { "Court", "Tribunal", "المحكمة", "Tribunal" } },
	[ITEM_REFERENCE] = { { "Reference of the judgment", "Référence du jugement", "رقم الحكم", "Referencia de la sentencia" } },
	[ITEM_DECIDED_ON] = { { "Date of the judgment", "Date du jugement", "تاريخ الحكم", "Fecha de la sentencia" } },
	[ITEM_MULTIPLE] = { { "Order of birth / children born", "Rang / naissances", "ترتيب الولادة / عدد المواليد", "Orden / nacidos" } },
	[ITEM_INFORMANT] = { { "Declarant", "Déclarant", "المبلّغ", "Declarante" } },
	[ITEM_WITNESSES] = { { "Witnesses", "Témoins", "الشهود", "Testigos" } },
	[ITEM_NOTE] = { { "Marginal note", "Mention marginale", "هامش", "Nota marginal" } },
};
const struct certificate_words certificate_event_on[CERTIFICATE_KINDS] = {
	[CERTIFICATE_BIRTH] = { { "Date of birth", "Date de naissance", "تاريخ الميلاد", "Fecha de nacimiento" } },
	[CERTIFICATE_DEATH] = { { "Date of death", "Date du décès", "تاريخ الوفاة", "Fecha de defunción" } },
	[CERTIFICATE_MARRIAGE] = { { "Date of marriage", "Date du mariage", "تاريخ الزواج", "Fecha de matrimonio" } },
	[CERTIFICATE_DIVORCE] = { { "Final on", "Définitif le", "تاريخ نهائية الحكم", "Firme desde" } },
};
const struct certificate_words certificate_event_place[CERTIFICATE_KINDS] = {
	[CERTIFICATE_BIRTH] = { { "Place of birth", "Lieu de naissance", "مكان الميلاد", "Lugar de nacimiento" } },
	[CERTIFICATE_DEATH] = { { "Place of death", "Lieu du décès", "مكان الوفاة", "Lugar de defunción" } },
	[CERTIFICATE_MARRIAGE] = { { "Place of marriage", "Lieu du mariage", "مكان الزواج", "Lugar de matrimonio" } },
	[CERTIFICATE_DIVORCE] = { { "Place", "Lieu", "المكان", "Lugar" } },
};
const struct certificate_words certificate_phrases[PHRASES] = {
	[PHRASE_NUMBER] = { { "Certificate number", "Numéro du certificat", "رقم الشهادة", "Número del certificado" } },
	[PHRASE_COPY] = { { "Copy", "Exemplaire", "النسخة", "Ejemplar" } },
	[PHRASE_PAPER] = { { "Security paper", "Papier de sécurité", "ورق الأمان", "Papel de seguridad" } },
	[PHRASE_ACT_NUMBER] = { { "Act number", "Acte n°", "رقم القيد", "Acta n.º" } },
	[PHRASE_REGISTERED_AT] = { { "Civil registry office of", "Service de l’état civil de", "مكتب الحالة المدنية", "Registro civil de" } },
	[PHRASE_REGISTERED_ON] = { { "Registered on", "Enregistré le", "تاريخ التسجيل", "Inscrito el" } },
	[PHRASE_OFFICE] = { { "Issued by", "Délivré par", "صادرة عن", "Expedido por" } },
	[PHRASE_ISSUED_ON] = { { "Date of issue", "Date de délivrance", "تاريخ الإصدار", "Fecha de expedición" } },
	[PHRASE_CERTIFIED] = { { "Agrees with the register as of", "Conforme au registre au", "مطابقة للسجل بتاريخ", "Conforme con el registro a" } },
	[PHRASE_SIGNATURE] = { { "Signature and stamp", "Signature et sceau", "التوقيع والختم", "Firma y sello" } },
	[PHRASE_SEAL] = { { "Visible digital seal", "Cachet électronique visible", "الختم الرقمي المرئي", "Sello digital visible" } },
	[PHRASE_NO_SEAL] = { { "Issued without visible digital seal", "Délivré sans cachet électronique visible", "صادرة بدون ختم رقمي مرئي", "Expedido sin sello digital visible" } },
	[PHRASE_STATUS] = { { "Is it valid?", "Est-il valable ?", "هل هي سارية؟", "¿Es válido?" } },
	[PHRASE_SYMBOLS] = { { "Jo day, Mo month, An year; M male, F female", "Jo jour, Mo mois, An année ; M masculin, F féminin", "Jo يوم، Mo شهر، An سنة؛ M ذكر، F أنثى", "Jo día, Mo mes, An año; M masculino, F femenino" } },
};
const struct certificate_words certificate_sexes[3] = {
	{ { "female", "féminin", "أنثى", "femenino" } },
	{ { "male", "masculin", "ذكر", "masculino" } },
	{ { "unspecified (X)", "non précisé (X)", "غير محدد (X)", "no especificado (X)" } },
};
const char *const certificate_months[CERTIFICATE_LANGUAGES][12] = {
	{ "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December" },
	{ "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre" },
	{ "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر" },
	{ "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre" },
};

/* ---- layouts ---- */

#define F (1u << CERTIFICATE_FULL)
#define E (1u << CERTIFICATE_EXTRACT)
#define M (1u << CERTIFICATE_MULTILINGUAL)
#define HALF true
#define WIDE false
#define MUST true
#define MAY  false
#define NAMES(part) \
	{ part, ITEM_SURNAME, F | E | M, HALF, MUST }, \
	{ part, ITEM_FORENAMES, F | E | M, HALF, MUST }, \
	{ part, ITEM_NAME_LOCAL, F | E | M, WIDE, MAY }
#define PARENT(part) \
	NAMES(part), \
	{ part, ITEM_BORN_ON, F, HALF, MUST }, \
	{ part, ITEM_NATIONALITY, F, HALF, MUST }, \
	{ part, ITEM_PERSONAL_NUMBER, F, WIDE, MAY }
#define SPOUSE(part) \
	NAMES(part), \
	{ part, ITEM_BORN_ON, F | E | M, HALF, MUST }, \
	{ part, ITEM_NATIONALITY, F, HALF, MUST }, \
	{ part, ITEM_PERSONAL_NUMBER, F, WIDE, MAY }
#define NOTES { PART_OTHERS, ITEM_NOTE, F | E | M, WIDE, MAY }

static const struct certificate_row birth[] = {
	NAMES(PART_CHILD),
	{ PART_CHILD, ITEM_BORN_ON, F | E | M, HALF, MUST },
	{ PART_CHILD, ITEM_SEX, F | E | M, HALF, MUST },
	{ PART_CHILD, ITEM_BIRTHPLACE, F | E | M, WIDE, MUST },
	{ PART_CHILD, ITEM_PERSONAL_NUMBER, F, HALF, MAY },
	{ PART_CHILD, ITEM_MULTIPLE, F, HALF, MAY },
	PARENT(PART_MOTHER),
	PARENT(PART_FATHER),
	{ PART_OTHERS, ITEM_COURT, F, HALF, MAY },
	{ PART_OTHERS, ITEM_REFERENCE, F, HALF, MAY },
	{ PART_OTHERS, ITEM_INFORMANT, F, WIDE, MAY },
	NOTES,
	{ 0 }
};
static const struct certificate_row death[] = {
	{ PART_ACT, ITEM_EVENT_ON, F | E | M, HALF, MUST },
	{ PART_ACT, ITEM_EVENT_PLACE, F | E | M, HALF, MUST },
	NAMES(PART_DECEASED),
	{ PART_DECEASED, ITEM_SEX, F | E | M, HALF, MUST },
	{ PART_DECEASED, ITEM_BORN_ON, F | E | M, HALF, MUST },
	{ PART_DECEASED, ITEM_NATIONALITY, F, HALF, MUST },
	{ PART_DECEASED, ITEM_PERSONAL_NUMBER, F, HALF, MAY },
	{ PART_OTHERS, ITEM_COURT, F, HALF, MAY },
	{ PART_OTHERS, ITEM_REFERENCE, F, HALF, MAY },
	{ PART_OTHERS, ITEM_INFORMANT, F, WIDE, MAY },
	NOTES,
	{ 0 }
};
static const struct certificate_row marriage[] = {
	{ PART_ACT, ITEM_EVENT_ON, F | E | M, HALF, MUST },
	{ PART_ACT, ITEM_EVENT_PLACE, F | E | M, HALF, MUST },
	SPOUSE(PART_SPOUSE_1),
	SPOUSE(PART_SPOUSE_2),
	{ PART_OTHERS, ITEM_WITNESSES, F, WIDE, MAY },
	NOTES,
	{ 0 }
};
static const struct certificate_row divorce[] = {
	{ PART_ACT, ITEM_EVENT_ON, F | E | M, HALF, MUST },
	{ PART_ACT, ITEM_DECIDED_ON, F | E | M, HALF, MUST },
	{ PART_ACT, ITEM_COURT, F | E | M, HALF, MUST },
	{ PART_ACT, ITEM_REFERENCE, F | E | M, HALF, MUST },
	SPOUSE(PART_SPOUSE_1),
	SPOUSE(PART_SPOUSE_2),
	NOTES,
	{ 0 }
};
/* clang-format on */

const struct certificate_row *const certificate_layouts[CERTIFICATE_KINDS] = {
	[CERTIFICATE_BIRTH] = birth,
	[CERTIFICATE_DEATH] = death,
	[CERTIFICATE_MARRIAGE] = marriage,
	[CERTIFICATE_DIVORCE] = divorce,
};
