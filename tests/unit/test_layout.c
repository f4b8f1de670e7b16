/* Layouts: those that are shipped keep the rules; each rule of Doc 9303-3 to -7 that is broken is named. */
#include "issuance/perso/layout.h"
#include "tests/tap.h"

static const char *
shipped(const char *name)
{
	for (const struct layout_file *f = layout_files; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			return f->json;
	bail_out("%s is not part of the program", name);
}

/* The shipped layout with one thing exchanged; the sentence of the refusal, "" when it was taken. */
static const char *
refusal(const char *name, const char *from, const char *to)
{
	static struct err err;
	struct layout *layout = NULL;
	const char *text = shipped(name), *at = strstr(text, from);
	struct buf changed = BUF_INIT;

	err_clear(&err);
	if (at == NULL)
		bail_out("%s has no %s", name, from);
	buf_printf(&changed, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	if (layout_parse(bytes_of(&changed), &layout, &err) == 0)
		err_set(&err, FAIL_NONE, "%s", "");
	layout_free(layout);
	buf_clear(&changed);
	return err.text;
}

#define TD3_MRZ "\"at\": [0, 64.8, 125, 23.2], \"left\": 6.0, \"lines\": [15.75, 9.4]"
#define TD1_MRZ "\"left\": 4.6, \"lines\": [18.7, 12.35, 6.0]"

static const struct bad {
	const char *name, *layout, *from, *to, *want;
} bad[] = {
	{ "a zone of 21 mm", "TD3.json", TD3_MRZ, "\"at\": [0, 67.0, 125, 21.0], \"left\": 6.0, \"lines\": [15.75, 9.4]", "(mrz): at: 21 mm high, 23.2 +- 1.0 mm" },
	{ "a zone that is not at the bottom", "TD3.json", TD3_MRZ, "\"at\": [0, 64.7, 125, 23.2], \"left\": 6.0, \"lines\": [15.75, 9.4]", "at its bottom" },
	{ "a zone that is narrower", "TD3.json", TD3_MRZ, "\"at\": [0, 64.8, 120, 23.2], \"left\": 6.0, \"lines\": [15.75, 9.4]", "as wide as the document" },
	{ "the first character at 7.1 mm", "TD3.json", TD3_MRZ, "\"at\": [0, 64.8, 125, 23.2], \"left\": 7.1, \"lines\": [15.75, 9.4]", "left: the first character at 7.1 mm, 6 +- 1.0 mm" },
	{ "the first character at 4.9 mm", "TD3.json", TD3_MRZ, "\"at\": [0, 64.8, 125, 23.2], \"left\": 4.9, \"lines\": [15.75, 9.4]", "Doc 9303-4" },
	{ "lines too near to each other", "TD3.json", TD3_MRZ, "\"at\": [0, 64.8, 125, 23.2], \"left\": 6.0, \"lines\": [15.0, 9.4]", "lines: 5.6 mm from line 1" },
	{ "lines in the wrong order", "TD3.json", TD3_MRZ, "\"at\": [0, 64.8, 125, 23.2], \"left\": 6.0, \"lines\": [9.4, 15.75]", "lines: -6.35 mm" },
	{ "a line at the zone's edge", "TD3.json", TD3_MRZ, "\"at\": [0, 64.8, 125, 23.2], \"left\": 6.0, \"lines\": [20.4, 14.05]", "line 1 at 20.4 mm leaves no 2 mm" },
	{ "a line at the document's edge", "TD3.json", TD3_MRZ, "\"at\": [0, 64.8, 125, 23.2], \"left\": 6.0, \"lines\": [9.35, 3.0]", "line 2 at 3 mm" },
	{ "three lines on a booklet", "TD3.json", "[15.75, 9.4]", "[15.75, 9.4, 3.0]", "the middles of 2 lines" },
	{ "two lines on a card", "TD1.json", "[18.7, 12.35, 6.0]", "[18.7, 12.35]", "the middles of 3 lines" },
	{ "a card's characters that begin at 6.1 mm", "TD1.json", TD1_MRZ, "\"left\": 6.1, \"lines\": [18.7, 12.35, 6.0]", "4 +- 1.0 mm are wanted (Doc 9303-5)" },
	{ "a visa's lines that leave the sticker", "MRV-A.json", "\"left\": 4.6", "\"left\": 6.5", "4 +- 1.0 mm are wanted (Doc 9303-7)" },
	{ "a field in the machine readable zone", "TD3.json", "[5, 60.1, 74, 4.65]", "[5, 61.1, 74, 4.65]", "nothing else stands in the machine readable zone" },
	{ "a band in the machine readable zone", "TD3.json", "[0, 0, 125, 11.2]", "[0, 60, 125, 11.2]", "nothing else stands in the machine readable zone" },
	{ "a field over another", "TD3.json", "[44, 26.3, 79, 7.3]", "[44, 25.3, 79, 7.3]", "(given_names): at: over zone" },
	{ "a field over the portrait", "TD3.json", "[44, 18.9, 79, 7.3]", "[39, 18.9, 79, 7.3]", "(photo)" },
	{ "a field over the edge", "TD3.json", "[84.5, 12.2, 38.5, 6.5]", "[84.5, 12.2, 41, 6.5]", "(number): at: over the edge of 125 x 88 mm" },
	{ "a portrait at the edge", "TD3.json", "[5, 14.6, 35, 45]", "[1.5, 14.6, 35, 45]", "(photo): at: at least 2 mm from the left edge" },
	{ "a portrait that is too small", "TD3.json", "[5, 14.6, 35, 45]", "[5, 14.6, 25, 45]", "a portrait of 25 x 45 mm" },
	{ "a portrait that is too large", "TD3.json", "[5, 14.6, 35, 45]", "[5, 14.6, 35, 45.5]", "a portrait of 35 x 45.5 mm" },
	{ "a text of 24 points in a millimetre above the machine readable zone", "TD3.json", "\"zone\": \"ghost\", \"at\": [112.3, 42, 11, 14.2], \"strength\": 40",
		"\"zone\": \"text\", \"at\": [112.3, 63.8, 11, 1], \"text\": \"x\", \"points\": 24", "(text): points: a line of 24 points is 10.33 mm high, the zone has room for 1.00 mm" },
	{ "a text that is too high by its caption", "TD3.json", "[5, 60.1, 74, 4.65]", "[5, 60.1, 74, 4.6]", "(authority): points: a line of 6.5 points is 2.80 mm high, the zone has room for 2.77 mm" },
	{ "points that the zone was not made for", "TD3.json", "\"points\": 9.5,", "\"points\": 11.5,", "(number): points: a line of 11.5 points" },
	{ "a title that is too high", "MRV-B.json", "\"points\": 9.5", "\"points\": 10.5", "(title): points:" },
	{ "a signature without room for its caption", "TD3.json", "[81, 53.8, 30, 10.4]", "[81, 63.3, 30, 1.5]", "(signature): at: 1.5 mm high, its caption alone has 1.83 mm" },
	{ "a card's machine readable zone on the front", "TD1.json", "\"zone\": \"ghost\", \"at\": [69, 33, 13, 17], \"strength\": 40",
		"\"zone\": \"mrz\", \"at\": [0, 30.78, 85.6, 23.2], " TD1_MRZ, "TD1, side 1, zone 14 (mrz): the machine readable zone is on the back, side 2 (Doc 9303-5)" },
	{ "a card's portrait on the back", "TD1.json", "\"zone\": \"band\", \"at\": [0, 0, 85.6, 2.5], \"colour\": \"#d6dfc8\"", "\"zone\": \"photo\", \"at\": [50, 2, 26, 33.5]",
		"TD1, side 2, zone 1 (photo): the portrait is on the front, side 1 (Doc 9303-5)" },
	{ "ink that is nearly as pale as the ground", "TD3.json", "\"ink\": \"#101010\"", "\"ink\": \"#e0e0e0\"", "TD3: ink: a print contrast signal of 0.22 on the ground, at least 0.6" },
	{ "ink that is a little too pale", "TD3.json", "\"ink\": \"#101010\"", "\"ink\": \"#a8a8a8\"", "a print contrast signal of 0.59" },
	{ "ink that is paler than the ground", "MRV-A.json", "\"ground\": \"#fbfaf4\"", "\"ground\": \"#080808\"", "a print contrast signal of -1.1" },
	{ "a black ground", "TD1.json", "\"ground\": \"#fbfaf4\"", "\"ground\": \"#000000\"", "a print contrast signal of 0.00" },
	{ "a seal that modules do not fit into", "MRV-A.json", "[95.5, 31.2, 22, 22]", "[95.5, 31.2, 17, 22]", "0.3386 mm (Doc 9303-13)" },
	{ "a visa without a seal", "MRV-A.json", "{ \"zone\": \"seal\", \"at\": [95.5, 31.2, 22, 22] },", "", "one zone of kind seal" },
	{ "a passport without a nationality", "TD3.json", "\"field\": \"nationality\"", "\"field\": \"local_name\"", "TD3: no field nationality (Doc 9303-4)" },
	{ "a visa without a duration of stay", "MRV-B.json", "\"field\": \"stay\"", "\"field\": \"code\"", "MRV-B: no field stay (Doc 9303-7)" },
	{ "two portraits", "TD3.json", "\"zone\": \"ghost\", \"at\": [112.3, 42, 11, 14.2], \"strength\": 40", "\"zone\": \"photo\", \"at\": [81, 0.5, 35, 11]", "a portrait of 35 x 11 mm" },
	{ "no signature", "TD3.json", "\"zone\": \"signature\", \"at\": [81, 53.8, 30, 10.4], \"captions\": { \"en\": \"Holder's signature\", \"fr\": \"Signature\", \"ar\": \"التوقيع\" }",
		"\"zone\": \"text\", \"at\": [81, 53.8, 30, 10.4], \"text\": \"x\"", "one zone of kind signature" },
	{ "captions in no language of the three", "TD3.json", "{ \"en\": \"Surname\", \"fr\": \"Nom\", \"ar\": \"اللقب\" }", "{ \"de\": \"Name\" }", "English, French or Spanish" },
	{ "captions in four languages", "TD3.json", "{ \"en\": \"Surname\",", "{ \"es\": \"Apellidos\", \"en\": \"Surname\",", "one to 3 languages" },
	{ "captions that are too small", "TD3.json", "\"caption_points\": 4.5", "\"caption_points\": 3.5", "between 1.0 and 1.8 mm" },
	{ "captions that are too large", "TD3.json", "\"caption_points\": 4.5", "\"caption_points\": 7.5", "between 1.0 and 1.8 mm" },
	{ "a field without caption", "TD3.json", ", \"captions\": { \"en\": \"Surname\", \"fr\": \"Nom\", \"ar\": \"اللقب\" }", "", "a field has a caption" },
	{ "another form", "TD3.json", "\"TD3\"", "\"TD4\"", "form" },
	{ "the form of another size", "TD3.json", "\"TD3\"", "\"TD2\"", "over the edge of 105 x 74 mm" },
	{ "a card without back", "TD3.json", "\"TD3\"", "\"TD1\"", "the middles of 3 lines" },
	{ "a colour that is none", "TD3.json", "#fbfaf4", "#fbfafx", "a colour such as" },
	{ "an unknown member", "TD3.json", "\"ground\":", "\"sky\": \"#ffffff\", \"ground\":", "sky" },
	{ "a place of three numbers", "TD3.json", "[44, 18.9, 79, 7.3]", "[44, 18.9, 79]", "left, top, width and height" },
	{ "a place that is no number", "TD3.json", "[44, 18.9, 79, 7.3]", "[44, \"18.9\", 79, 7.3]", "a number from 0 to 200" },
	{ "a negative place", "TD3.json", "[44, 18.9, 79, 7.3]", "[-44, 18.9, 79, 7.3]", "a number from 0 to 200" },
	{ "no height", "TD3.json", "[44, 18.9, 79, 7.3]", "[44, 18.9, 79, 0]", "greater than 0" },
	{ "a text in a portrait", "TD3.json", "\"zone\": \"photo\",", "\"zone\": \"photo\", \"text\": \"x\",", "a zone of kind text has one" },
	{ "a field that is none", "TD3.json", "\"field\": \"surname\"", "\"field\": \"shoe_size\"", "field" },
};

/* The two sides of a card exchanged, everything else as it was. */
static const char *
turned(void)
{
	static struct err err;
	struct layout *layout = NULL;
	const char *text = shipped("TD1.json"), *front = strstr(text, "\t\t{\n"), *between, *end;
	struct buf changed = BUF_INIT;

	err_clear(&err);
	if (front == NULL || (between = strstr(front, "\t\t},\n")) == NULL || (end = strstr(between + 1, "\t\t}\n")) == NULL)
		bail_out("TD1.json is laid out otherwise");
	buf_printf(&changed, "%.*s%.*s\t\t},\n%.*s%s", (int)(front - text), text, (int)(end - between) - 6, between + 6, (int)(between - front), front, end);
	if (layout_parse(bytes_of(&changed), &layout, &err) == 0)
		err_set(&err, FAIL_NONE, "%s", "");
	layout_free(layout);
	buf_clear(&changed);
	return err.text;
}

static const struct size {
	const char *layout;
	enum mrz_form form;
	double width, height;
	unsigned sides;
} sizes[] = { { "TD1.json", MRZ_TD1, 85.6, 53.98, 2 }, { "TD2.json", MRZ_TD2, 105, 74, 1 }, { "TD3.json", MRZ_TD3, 125, 88, 1 }, { "MRV-A.json", MRZ_MRVA, 120, 80, 1 },
	{ "MRV-B.json", MRZ_MRVB, 105, 74, 1 } };

int
main(void)
{
	for (size_t i = 0; i < NELEM(sizes); i++) {
		struct layout *l = NULL;
		struct err err = ERR_INIT;

		ok(layout_parse(bytes_str(shipped(sizes[i].layout)), &l, &err) == 0 && l->form == sizes[i].form && l->width == sizes[i].width && l->height == sizes[i].height && l->nside == sizes[i].sides,
			"%s keeps the rules %s", sizes[i].layout, err.text);
		ok(l != NULL && l->mrz_side == l->nside - 1 && layout_title(l, "XX") != NULL, "its machine readable zone is on the last side, and every kind has a title");
		layout_free(l);
	}
	ok(refusal("TD3.json", "\"left\": 6.0", "\"left\": 6.9")[0] == '\0', "within the tolerance a layout is taken");
	ok(refusal("TD3.json", "\"ink\": \"#101010\"", "\"ink\": \"#a0a0a0\"")[0] == '\0', "ink of a contrast of 0.63 is taken");
	ok(refusal("TD3.json", "[5, 60.1, 74, 4.65]", "[5, 60.1, 74, 4.63]")[0] == '\0', "a zone as high as its caption and a line is taken");
	ok(strstr(turned(), "TD1, side 1, zone 7 (mrz): the machine readable zone is on the back") != NULL, "refuses a card whose sides are exchanged: %s", turned());
	for (size_t i = 0; i < NELEM(bad); i++) {
		const char *why = refusal(bad[i].layout, bad[i].from, bad[i].to);

		ok(strstr(why, bad[i].want) != NULL, "refuses %s: %s", bad[i].name, why);
	}
	return done_testing();
}
