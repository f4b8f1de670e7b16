/* cardfile.c - the software chip's files: SELECT and READ BINARY, ISO/IEC 7816-4 11.1 and 11.2, Doc 9303-10 3.6. */
#include "issuance/chip/card-local.h"
#include "registry/base/der.h"
#include "registry/doc9303/lds.h"

enum { FID_CARD_SECURITY = 0x011D };

struct card_file *
card_find(struct card *card, enum card_place place, uint16_t fid)
{
	for (unsigned i = 0; i < card->nfile; i++)
		if (card->file[i].place == place && card->file[i].fid == fid)
			return &card->file[i];
	return NULL;
}

/* Doc 9303-10 tables 37 and 38: in the application the low bits of the identifier, in the master file also EF.DIR 1E and EF.ATR/INFO 01. */
static unsigned
short_of(const struct card_file *f)
{
	if (f->place == CARD_MF && f->fid == 0x2F00)
		return 0x1E;
	return (f->fid & 0xFF00) == 0x0100 || f->fid == 0x2F01 ? f->fid & 0x1F : 0;
}

struct card_file *
card_find_short(struct card *card, enum card_place place, unsigned sfi)
{
	for (unsigned i = 0; sfi != 0 && i < card->nfile; i++)
		if (card->file[i].place == place && short_of(&card->file[i]) == sfi)
			return &card->file[i];
	return NULL;
}

int
card_add(struct card *card, enum card_place place, uint16_t fid, size_t size, struct card_file **file, struct err *err)
{
	struct card_file *f;

	if (card->is_locked)
		return err_set(err, FAIL_CONFLICT, "chip: it is locked");
	if (card_find(card, place, fid) != NULL)
		return err_set(err, FAIL_CONFLICT, "chip: file %04X is there already", fid);
	if (card->nfile == CARD_FILES || size > CARD_FILE_MAX)
		return err_set(err, FAIL_INPUT, "chip: no room for file %04X of %zu octets", fid, size);
	f = &card->file[card->nfile];
	*f = (struct card_file){ .place = place, .fid = fid, .octets = BUF_INIT };
	if (size > 0 && buf_reserve(&f->octets, size) == NULL) {
		buf_clear(&f->octets);
		return err_set(err, FAIL_INTERNAL, "no memory for a file of %zu octets", size);
	}
	card->nfile++;
	*file = f;
	return 0;
}

int
card_put_file(struct card *card, enum card_place place, uint16_t fid, struct bytes octets, struct err *err)
{
	struct card_file *f;

	if (card_add(card, place, fid, octets.n, &f, err) == -1)
		return -1;
	if (octets.n > 0)
		memcpy(f->octets.p, octets.p, octets.n);
	return 0;
}

bool
card_may_read(const struct card *card, const struct card_file *file)
{
	const struct card_session *s = &card->s;
	unsigned dg = file->fid & 0xFF;

	if (file->place == CARD_MF)
		return file->fid != FID_CARD_SECURITY || (s->is_open && s->is_protected);
	if (!s->is_open || !s->is_protected)
		return false;
	return dg == 3 ? (s->rights & CVC_READ_DG3) != 0 : dg == 4 ? (s->rights & CVC_READ_DG4) != 0
								   : true;
}

/* SELECT of a file: wanted without the rights to read it, while a chip is being personalised. */
static uint16_t
select_file(struct card *card, struct bytes id)
{
	struct card_file *f;

	if (id.n != 2)
		return SW_WRONG_LENGTH;
	card->s.current = NULL;
	f = card_find(card, card->s.place, (uint16_t)(id.p[0] << 8 | id.p[1]));
	if (card->is_locked && card->s.place == CARD_LDS && (!card->s.is_open || !card->s.is_protected))
		return SW_SECURITY; /* also for what is not there: nobody learns which files are */
	if (f == NULL)
		return SW_FILE_NOT_FOUND;
	if (card->is_locked && !card_may_read(card, f))
		return SW_SECURITY;
	card->s.current = f;
	return SW_OK;
}

static uint16_t
select_application(struct card *card, const struct apdu *a, struct buf *data)
{
	if (!bytes_equal(a->data, BYTES(lds_aid, sizeof(lds_aid))))
		return SW_FILE_NOT_FOUND;
	card->s.place = CARD_LDS;
	card->s.current = NULL;
	if ((a->p2 & 0x0C) == 0 && a->le > 0) { /* file control information: the application's name */
		der_header(data, 0x6F, 2 + sizeof(lds_aid));
		der_header(data, 0x84, sizeof(lds_aid));
		buf_add(data, lds_aid, sizeof(lds_aid));
	}
	return SW_OK;
}

uint16_t
card_select(struct card *card, const struct apdu *a, struct buf *data)
{
	if ((a->p2 & 0xF3) != 0)
		return SW_WRONG_P1P2;
	switch (a->p1) {
	case 0x04:
		return select_application(card, a, data);
	case 0x02:
		return select_file(card, a->data);
	case 0x00:
		if (a->data.n != 0 && !bytes_equal(a->data, BYTES("\x3F\x00", 2)))
			return select_file(card, a->data);
		card->s.place = CARD_MF;
		card->s.current = NULL;
		return SW_OK;
	default:
		return SW_WRONG_P1P2;
	}
}

/*
 * Octets of a file from an offset, with a status: 6282 when an exact number was asked for and there are fewer.  `around`: octets that the answer has
 * beside them.
 */
static uint16_t
read_at(struct card *card, struct card_file *f, size_t offset, uint32_t le, size_t around, struct bytes *out)
{
	size_t want = le - around, room = card->s.room > around ? card->s.room - around : 0;

	if (f == NULL)
		return SW_FILE_NOT_FOUND;
	if (!card_may_read(card, f))
		return SW_SECURITY;
	card->s.current = f;
	if (offset > f->octets.n || (offset == f->octets.n && offset > 0))
		return SW_WRONG_OFFSET;
	*out = BYTES(f->octets.p + offset, f->octets.n - offset);
	if (out->n < want && le != APDU_SHORT_LE && le != APDU_LONG_LE)
		return SW_END_OF_FILE;
	if (out->n > want)
		out->n = want;
	if (out->n > room)
		out->n = room;
	return SW_OK;
}

uint16_t
card_read_binary(struct card *card, const struct apdu *a, struct buf *data)
{
	struct card_file *f = card->s.current;
	size_t offset = (size_t)a->p1 << 8 | a->p2;
	struct bytes out = BYTES_NONE;
	uint16_t sw;

	if (a->data.n != 0 || a->le == 0)
		return SW_WRONG_LENGTH;
	if (a->p1 & 0x80) {
		if ((a->p1 & 0x60) != 0)
			return SW_WRONG_P1P2;
		f = card_find_short(card, card->s.place, a->p1 & 0x1F);
		offset = a->p2;
		if (f == NULL && card->s.place == CARD_LDS && !card->s.is_open)
			return SW_SECURITY;
	} else if (f == NULL)
		return SW_NO_CURRENT_FILE;
	sw = read_at(card, f, offset, a->le, 0, &out);
	buf_bytes(data, out);
	return sw;
}

/* Offset in data object 54, octets in 53: for offsets over 32767.  P1-P2: 0000 the current file, a short or a whole identifier. */
uint16_t
card_read_binary_odd(struct card *card, const struct apdu *a, struct buf *data)
{
	unsigned id = (unsigned)a->p1 << 8 | a->p2;
	struct der d = der_reader(a->data);
	struct err ignored = ERR_INIT;
	struct card_file *f = card->s.current;
	struct bytes at, out = BYTES_NONE;
	size_t offset = 0, around;
	uint16_t sw;

	if (der_get(&d, 0x54, &at, "offset", &ignored) == -1 || der_end(&d, "offset", &ignored) == -1 || at.n == 0 || at.n > 4)
		return SW_WRONG_DATA;
	if (a->le == 0)
		return SW_WRONG_LENGTH;
	for (size_t i = 0; i < at.n; i++)
		offset = offset << 8 | at.p[i];
	if (id != 0)
		f = id < 0x20 ? card_find_short(card, card->s.place, id) : card_find(card, card->s.place, (uint16_t)id);
	else if (f == NULL)
		return SW_NO_CURRENT_FILE;
	if (f == NULL && card->s.place == CARD_LDS && !card->s.is_open)
		return SW_SECURITY;
	/* Le is of the whole answer: the data object's tag and length, and its contents */
	around = a->le < 2 + 0x80 ? 2 : a->le < 3 + 0x100 ? 3
							  : 4;
	if (a->le <= around)
		return SW_WRONG_LENGTH;
	sw = read_at(card, f, offset, a->le, around, &out);
	if (sw == SW_OK || sw == SW_END_OF_FILE) {
		der_header(data, 0x53, out.n);
		buf_bytes(data, out);
	}
	return sw;
}
