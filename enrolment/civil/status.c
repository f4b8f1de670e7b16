/*
 * Whether a certificate is valid, for anybody who holds it: a page without scripts in three languages, and JSON for programs.  Who has number and code
 * learns one word; who has not learns nothing, not even whether there is such a number.
 */
#include <ctype.h>
#include <pthread.h>
#include <strings.h>

#include "enrolment/civil/civild.h"
#include "registry/base/clock.h"
#include "registry/base/digest.h"
#include "registry/store/certificates.h"

#define STATUS_PATH "/civil/v1/status"

enum { ASKERS = 1024,
	ASKS_A_MINUTE = 30 };

/* Two addresses that fall on one place share their minute: whoever comes late waits, nobody gets more. */
static bool
may_ask(const char *peer)
{
	static struct {
		int64_t minute;
		unsigned asked;
	} asker[ASKERS];
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	uint8_t digest[SHA256_LEN];
	int64_t minute = clock_now() / 60;
	unsigned at;
	bool may;

	sha256(bytes_str(peer), digest);
	at = (unsigned)(digest[0] << 8 | digest[1]) % ASKERS;
	pthread_mutex_lock(&lock);
	if (asker[at].minute != minute) {
		asker[at].minute = minute;
		asker[at].asked = 0;
	}
	may = asker[at].asked++ < ASKS_A_MINUTE;
	pthread_mutex_unlock(&lock);
	return may;
}

/* ---- asking ---- */

enum answer { ANSWER_VALID,
	ANSWER_REPLACED,
	ANSWER_REVOKED,
	ANSWER_UNKNOWN,
	ANSWER_TOO_MANY,
	ANSWER_NONE }; /* nothing was asked yet */

struct asked {
	char number[ACT_NUMBER_TEXT], code[CERTIFICATE_CODE_TEXT];
	char status[12];
};

static int
work_status(struct tx *tx, void *arg, struct err *err)
{
	struct asked *a = arg;

	return civil_certificate_status(tx, a->number, a->code, a->status, err);
}

/* As people type it: in either case, with spaces around.  False: it does not fit, so there is none of this number or code. */
static bool
typed(const char *from, int (*as)(int), char *to, size_t size)
{
	size_t n;

	from += strspn(from, " ");
	n = strlen(from);
	while (n > 0 && from[n - 1] == ' ')
		n--;
	if (n == 0 || n >= size)
		return false;
	for (size_t i = 0; i < n; i++)
		to[i] = (char)as((unsigned char)from[i]);
	to[n] = '\0';
	return true;
}

/* Not valid in form, unknown, another code: one answer.  *number becomes the registry's way to write it, in *a. */
static int
ask(const struct request *rq, const char **number, const char *code, struct asked *a, enum answer *answer, struct err *err)
{
	struct err why = ERR_INIT;

	*answer = ANSWER_TOO_MANY;
	if (!may_ask(rq->peer))
		return 0;
	*answer = ANSWER_UNKNOWN;
	if (!typed(*number, toupper, a->number, sizeof(a->number)) || !typed(code, tolower, a->code, sizeof(a->code)) || !act_number_valid(a->number))
		return 0;
	if (db_run(office_of(rq)->db, DB_READ_COMMITTED, work_status, a, &why) == 0) {
		*answer = strcmp(a->status, "valid") == 0 ? ANSWER_VALID : strcmp(a->status, "replaced") == 0 ? ANSWER_REPLACED
													      : ANSWER_REVOKED;
		*number = a->number;
		return 0;
	}
	if (why.kind == FAIL_NOT_FOUND)
		return 0;
	*err = why;
	return -1;
}

/* ---- the page ---- */

enum language { EN,
	FR,
	AR,
	LANGUAGES };
static const struct language_words {
	const char *code, *name, *direction;
	const char *title, *intro, *number, *number_hint, *code_label, *code_hint, *check, *again, *languages, *missing;
	const char *answer[ANSWER_NONE], *advice[ANSWER_NONE];
} words[LANGUAGES] = {
	[EN] = { "en", "English", "ltr", "Is this certificate valid?", "Its number and its code stand in the address at its foot. You learn whether it is valid, and nothing else.",
		"Certificate number", "For example CIV1-C-2026-000001-X", "Code", "The 16 characters behind “code=”", "Check", "Check another certificate", "Language",
		"Number and code are both needed",
		{ "Valid", "Replaced", "Revoked", "Not known", "Too many questions" },
		{ "The registry issued a certificate with this number and code, and it is in force. Compare what is printed with its seal.",
			"A later certificate stands in its place, or the act has changed since. Ask for a new one.", "It is not to be accepted.",
			"There is no certificate of this number and code. Look at both again.", "Ask again in a minute." } },
	[FR] = { "fr", "Français", "ltr", "Ce certificat est-il valable ?",
		"Son numéro et son code figurent dans l’adresse au bas du certificat. Vous apprenez s’il est valable, et rien d’autre.", "Numéro du certificat",
		"Par exemple CIV1-C-2026-000001-X", "Code", "Les 16 caractères après « code= »", "Vérifier", "Vérifier un autre certificat", "Langue",
		"Il faut le numéro et le code",
		{ "Valable", "Remplacé", "Révoqué", "Inconnu", "Trop de questions" },
		{ "Le registre a délivré un certificat portant ce numéro et ce code, et il est en vigueur. Comparez ce qui est imprimé avec son cachet.",
			"Un certificat plus récent le remplace, ou l’acte a changé depuis. Demandez-en un nouveau.", "Il ne doit pas être accepté.",
			"Il n’y a pas de certificat portant ce numéro et ce code. Relisez-les tous deux.", "Redemandez dans une minute." } },
	[AR] = { "ar", "العربية", "rtl", "هل هذه الشهادة سارية؟", "رقمها ورمزها مطبوعان في العنوان أسفل الشهادة. تعرف هل هي سارية، ولا شيء غير ذلك.", "رقم الشهادة",
		"مثلاً <bdi dir=\"ltr\">CIV1-C-2026-000001-X</bdi>", "الرمز", "الأحرف الستة عشر بعد <bdi dir=\"ltr\">“code=”</bdi>", "تحقق", "تحقق من شهادة أخرى", "اللغة",
		"الرقم والرمز كلاهما مطلوب",
		{ "سارية", "مستبدلة", "ملغاة", "غير معروفة", "أسئلة كثيرة" },
		{ "أصدر السجل شهادة بهذا الرقم وهذا الرمز، وهي سارية. قارن المطبوع بختمها الرقمي.", "حلت محلها شهادة أحدث، أو تغير القيد بعدها. اطلب شهادة جديدة.", "لا يجوز قبولها.",
			"لا توجد شهادة بهذا الرقم وهذا الرمز. راجعهما.", "اسأل مرة أخرى بعد دقيقة." } },
};

/* The one asked for, else the first that the browser names, else English. */
static int
language_of(const struct request *rq, enum language *language, struct err *err)
{
	const char *given = request_query(rq, "lang"), *list = request_header(rq, "Accept-Language");

	*language = EN;
	for (unsigned i = 0; given != NULL && i < LANGUAGES; i++)
		if (strcmp(given, words[i].code) == 0) {
			*language = (enum language)i;
			return 0;
		}
	if (given != NULL)
		return err_problem(err, "/lang", "en, fr and ar are there");
	for (; list != NULL && *list != '\0'; list += strcspn(list, ","), list += *list == ',') {
		list += strspn(list, " ");
		for (unsigned i = 0; i < LANGUAGES; i++)
			if (strncasecmp(list, words[i].code, 2) == 0 && !isalpha((unsigned char)list[2])) {
				*language = (enum language)i;
				return 0;
			}
	}
	return 0;
}

/* Of what somebody typed into the address. */
static void
put_escaped(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		if (strchr("<>&\"'", *text) != NULL)
			buf_printf(out, "&#%d;", *text);
		else
			buf_u8(out, (uint8_t)*text);
}

/* In an address within an attribute. */
static void
put_in_address(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		if (isalnum((unsigned char)*text) || *text == '-')
			buf_u8(out, (uint8_t)*text);
		else
			buf_printf(out, "%%%02X", (uint8_t)*text);
}

static void
put_languages(struct buf *out, const struct language_words *w, const char *number, const char *code)
{
	buf_printf(out, "<nav aria-label=\"%s\"><ul class=\"desk-header__list\">\n", w->languages);
	for (unsigned i = 0; i < LANGUAGES; i++) {
		buf_printf(out, "<li><a class=\"desk-header__button\" lang=\"%s\" hreflang=\"%s\"%s href=\"" STATUS_PATH "?lang=%s", words[i].code, words[i].code,
			&words[i] == w ? " aria-current=\"true\"" : "", words[i].code);
		if (number != NULL && code != NULL) {
			buf_str(out, "&amp;number=");
			put_in_address(out, number);
			buf_str(out, "&amp;code=");
			put_in_address(out, code);
		}
		buf_printf(out, "\">%s</a></li>\n", words[i].name);
	}
	buf_str(out, "</ul></nav>\n");
}

static void
put_field(struct buf *out, const char *name, const char *label, const char *hint, const char *value)
{
	buf_printf(out,
		"<div class=\"govuk-form-group\">\n<label class=\"govuk-label govuk-label--s\" for=\"%s\">%s</label>\n<div class=\"govuk-hint\" id=\"%s-hint\">%s</div>\n"
		"<input class=\"govuk-input govuk-input--width-20 desk-number\" id=\"%s\" name=\"%s\" type=\"text\" dir=\"ltr\" required maxlength=\"60\" autocomplete=\"off\""
		" autocapitalize=\"none\" spellcheck=\"false\" aria-describedby=\"%s-hint\" value=\"",
		name, label, name, hint, name, name, name);
	put_escaped(out, value == NULL ? "" : value);
	buf_str(out, "\">\n</div>\n");
}

static void
put_form(struct buf *out, const struct language_words *w, const char *number, const char *code)
{
	buf_printf(out, "<form action=\"" STATUS_PATH "\" method=\"get\">\n<input type=\"hidden\" name=\"lang\" value=\"%s\">\n", w->code);
	put_field(out, "number", w->number, w->number_hint, number);
	put_field(out, "code", w->code_label, w->code_hint, code);
	buf_printf(out, "<button class=\"govuk-button\" type=\"submit\">%s</button>\n</form>\n", w->check);
}

static void
put_answer(struct buf *out, const struct language_words *w, enum answer answer, const char *number)
{
	static const char *const looks[] = { "valid", "replaced", "revoked", "unknown", "unknown" };

	buf_printf(out, "<div class=\"desk-status desk-status--%s\">\n<h1 class=\"govuk-heading-xl desk-status__word\">%s</h1>\n", looks[answer], w->answer[answer]);
	if (answer <= ANSWER_REVOKED) {
		buf_printf(out, "<p class=\"govuk-body-l desk-status__text\">%s <span class=\"desk-number\" dir=\"ltr\">", w->number);
		put_escaped(out, number);
		buf_str(out, "</span></p>\n");
	}
	buf_printf(out, "<p class=\"govuk-body desk-status__text\">%s</p>\n</div>\n", w->advice[answer]);
}

/* number, code: as they were given; NULL: not. */
static void
page_write(struct buf *out, const char *state, enum language language, enum answer answer, const char *number, const char *code)
{
	const struct language_words *w = &words[language];

	buf_printf(out,
		"<!DOCTYPE html>\n<html lang=\"%s\" dir=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"robots\" content=\"noindex\">\n<title>%s%s%s</title>\n"
		"<link rel=\"icon\" href=\"/desk/crest.svg\" type=\"image/svg+xml\">\n<link rel=\"stylesheet\" href=\"/desk/lib/govuk.css\">\n"
		"<link rel=\"stylesheet\" href=\"/desk/desk.css\">\n</head>\n<body class=\"govuk-template__body\">\n<header class=\"desk-header\">"
		"<div class=\"govuk-width-container desk-header__row\">\n<img class=\"desk-header__crest\" src=\"/desk/crest.svg\" alt=\"\">\n"
		"<span class=\"desk-header__name\"><bdi>",
		w->code, w->direction, answer == ANSWER_NONE ? "" : w->answer[answer], answer == ANSWER_NONE ? "" : " – ", w->title);
	put_escaped(out, state);
	buf_str(out, "</bdi></span>\n");
	put_languages(out, w, number, code);
	buf_str(out, "</div></header>\n<div class=\"govuk-width-container\">\n<main class=\"govuk-main-wrapper\" id=\"main\">\n");
	if (answer != ANSWER_NONE)
		put_answer(out, w, answer, number);
	else
		buf_printf(out, "<h1 class=\"govuk-heading-l\">%s</h1>\n", w->title);
	if (answer <= ANSWER_REVOKED)
		buf_printf(out, "<p class=\"govuk-body\"><a class=\"govuk-link\" href=\"" STATUS_PATH "?lang=%s\">%s</a></p>\n", w->code, w->again);
	else {
		if (answer == ANSWER_NONE)
			buf_printf(out, "<p class=\"govuk-body\">%s</p>\n", w->intro);
		if (answer == ANSWER_NONE && (number == NULL) != (code == NULL))
			buf_printf(out, "<p class=\"govuk-error-message\" role=\"alert\">%s</p>\n", w->missing);
		put_form(out, w, number, code);
	}
	buf_str(out, "</main>\n</div>\n</body>\n</html>\n");
}

static int
reply_page_of(const struct request *rq, struct reply *rp, enum language language, enum answer answer, const char *number, const char *code, struct err *err)
{
	static const char policy[] = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
	static const int statuses[] = { 200, 200, 200, 404, 429, 200 };
	struct buf page = BUF_INIT;
	int rc = -1;

	page_write(&page, conf_text(office_of(rq)->conf, "state_name"), language, answer, number, code);
	if (buf_check(&page, err) == 0 && reply_header(rp, "Content-Security-Policy", policy, err) == 0 &&
		reply_header(rp, "Content-Language", words[language].code, err) == 0 && reply_header(rp, "Vary", "Accept, Accept-Language", err) == 0 &&
		reply_header(rp, "Permissions-Policy", "camera=(), geolocation=(), microphone=()", err) == 0 &&
		(answer != ANSWER_TOO_MANY || reply_header(rp, "Retry-After", "60", err) == 0))
		rc = reply_bytes(rp, statuses[answer], "text/html; charset=utf-8", bytes_of(&page), err);
	buf_clear(&page);
	return rc;
}

/* ---- the routes ---- */

/* The page with the two fields, and what becomes of them. */
int
civil_get_status_page(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "number", "code", "lang", NULL };
	const char *number = request_query(rq, "number"), *code = request_query(rq, "code");
	struct asked a = { "", "", "" };
	enum answer answer = ANSWER_NONE;
	enum language language;

	if (request_query_known(rq, known, err) == -1 || language_of(rq, &language, err) == -1)
		return -1;
	if (number != NULL && *number == '\0')
		number = NULL;
	if (code != NULL && *code == '\0')
		code = NULL;
	if (number != NULL && code != NULL && ask(rq, &number, code, &a, &answer, err) == -1)
		return -1;
	return reply_page_of(rq, rp, language, answer, number, code, err);
}

/* The address on the paper: the page for who follows it, JSON for programs. */
int
civil_get_status(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "code", "lang", NULL }, *const said[] = { "valid", "replaced", "revoked" };
	const char *accept = request_header(rq, "Accept"), *number = request_param(rq, "number"), *code = request_query(rq, "code");
	struct asked a = { "", "", "" };
	enum answer answer = ANSWER_UNKNOWN;
	enum language language;

	if (request_query_known(rq, known, err) == -1 || language_of(rq, &language, err) == -1 || ask(rq, &number, code != NULL ? code : "", &a, &answer, err) == -1)
		return -1;
	if (accept != NULL && strstr(accept, "text/html") != NULL)
		return reply_page_of(rq, rp, language, answer, number, code, err);
	if (answer == ANSWER_UNKNOWN)
		return err_set(err, FAIL_NOT_FOUND, "there is no certificate of this number and code");
	if (answer == ANSWER_TOO_MANY)
		return reply_header(rp, "Retry-After", "60", err) == -1 ? -1 : reply_bytes(rp, 429, "text/plain; charset=utf-8", bytes_str("Too many questions from this address: ask again in a minute.\n"), err);
	return reply_json(rp, 200, json_pack("{s:s}", "status", said[answer]), err);
}
