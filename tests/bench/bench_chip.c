/*
 * A full read of 25 kB from the software chip - PACE, chip authentication, passive authentication, through a virtual reader's protocol over a local socket - against the
 * sum of its parts measured alone in the same run: the cryptography of both ends on the same lengths, and the transport of as many messages of the same lengths.
 */
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "issuance/chip/vpcd.h"
#include "registry/base/clock.h"
#include "registry/base/digest.h"
#include "tests/unit/chipfix.h"

enum { ROUNDS = 40,
	PORTRAIT = 25 * 1000,
	MESSAGES = 400 };
static const double goal = 1.3;

/* ---- a reader of our own: the virtual reader's protocol over a socket pair ---- */

struct message {
	size_t command, answer; /* octets */
	size_t plain_command, plain_answer;
};
struct line {
	int fd;
	struct message message[MESSAGES];
	size_t n;
};

static void
send_message(int fd, struct bytes m)
{
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	buf_be(&out, m.n, 2);
	buf_bytes(&out, m);
	if (write_full(fd, out.p, out.n, &err) == -1)
		bail_out("%s", err.text);
	buf_clear(&out);
}

static void
get_message(int fd, struct buf *m)
{
	struct err err = ERR_INIT;
	uint8_t head[2];
	size_t n;

	buf_clear(m);
	if (read_full(fd, head, 2, &err) == -1)
		bail_out("%s", err.text);
	n = (size_t)head[0] << 8 | head[1];
	if (n > 0 && (buf_reserve(m, n) == NULL || read_full(fd, m->p, n, &err) == -1))
		bail_out("%s", err.text);
}

static int
line_exchange(void *to, struct bytes command, struct buf *answer, struct err *err)
{
	struct line *l = to;

	(void)err;
	send_message(l->fd, command);
	get_message(l->fd, answer);
	if (l->n < MESSAGES)
		l->message[l->n++] = (struct message){ .command = command.n, .answer = answer->n };
	return 0;
}

struct server {
	struct card *card;
	int fd;
	const struct line *like; /* NULL: the chip; else answers of its lengths */
};

static void *
serve(void *arg)
{
	struct server *s = arg;
	struct err err = ERR_INIT;

	if (vpcd_serve(s->card, s->fd, -1, &err) == -1)
		bail_out("%s", err.text);
	return NULL;
}

static void *
serve_lengths(void *arg)
{
	struct server *s = arg;
	struct buf m = BUF_INIT, answer = BUF_INIT;

	for (size_t i = 0; i < s->like->n; i++) {
		get_message(s->fd, &m);
		buf_clear(&answer);
		buf_reserve(&answer, s->like->message[i].answer);
		send_message(s->fd, bytes_of(&answer));
	}
	buf_clear(&m);
	buf_clear(&answer);
	return NULL;
}

/* ---- the whole ---- */

static double
whole(struct card *card, const struct truststore *store, struct line *l)
{
	struct server server = { .card = card };
	struct inspection found = INSPECTION_INIT;
	struct inspect_input in = { .can = "123456", .store = store, .at = NOW };
	struct terminal t = { .transport = { line_exchange, l }, .read_max = TERMINAL_READ_SHORT };
	struct err err = ERR_INIT;
	pthread_t thread;
	uint64_t begun;
	double took;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == -1)
		bail_out("socketpair");
	server.fd = fd[1];
	l->fd = fd[0];
	l->n = 0;
	pthread_create(&thread, NULL, serve, &server);
	send_message(fd[0], BYTES("\x01", 1));
	begun = clock_monotonic_ns();
	if (chip_inspect(&t, &in, &found, &err) == -1 || passive_is_refused(&found.passive) || found.chip != CHIP_AUTHENTICATION)
		bail_out("the chip is not good: %s", err.text);
	took = (double)(clock_monotonic_ns() - begun);
	close(fd[0]);
	pthread_join(thread, NULL);
	close(fd[1]);
	inspection_clear(&found);
	terminal_end(&t);
	return took;
}

/* ---- its parts ---- */

static double
transport(struct line *l)
{
	struct server server = { .like = l };
	struct buf m = BUF_INIT, answer = BUF_INIT;
	pthread_t thread;
	uint64_t begun;
	double took;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == -1)
		bail_out("socketpair");
	server.fd = fd[1];
	pthread_create(&thread, NULL, serve_lengths, &server);
	begun = clock_monotonic_ns();
	for (size_t i = 0; i < l->n; i++) {
		buf_clear(&m);
		buf_reserve(&m, l->message[i].command);
		send_message(fd[0], bytes_of(&m));
		get_message(fd[0], &answer);
	}
	took = (double)(clock_monotonic_ns() - begun);
	pthread_join(thread, NULL);
	close(fd[0]);
	close(fd[1]);
	buf_clear(&m);
	buf_clear(&answer);
	return took;
}

/* PACE with chip authentication mapping, both ends. */
static void
pace_alone(struct bytes chip_key, struct bytes chip_point)
{
	struct err err = ERR_INIT;
	struct pace *terminal = NULL, *chip = NULL;
	struct buf m = BUF_INIT;
	uint8_t t[CHIP_MAC];

	if (pace_new(PACE "6.2", 13, PACE_CAN, bytes_str("123456"), &terminal, &err) == -1 ||
		pace_new(PACE "6.2", 13, PACE_CAN, bytes_str("123456"), &chip, &err) == -1 || pace_nonce_make(chip, &m, &err) == -1 ||
		pace_nonce_take(terminal, bytes_of(&m), &err) == -1 || pace_map_make(terminal, &m, &err) == -1 || pace_map_take(chip, bytes_of(&m), &err) == -1 ||
		pace_map_make(chip, &m, &err) == -1 || pace_map_take(terminal, bytes_of(&m), &err) == -1 || pace_key_make(terminal, &m, &err) == -1 ||
		pace_key_take(chip, bytes_of(&m), &err) == -1 || pace_key_make(chip, &m, &err) == -1 || pace_key_take(terminal, bytes_of(&m), &err) == -1 ||
		pace_token_make(terminal, t, &err) == -1 || pace_token_take(chip, BYTES(t, sizeof(t)), &err) == -1 || pace_token_make(chip, t, &err) == -1 ||
		pace_token_take(terminal, BYTES(t, sizeof(t)), &err) == -1 || pace_chip_make(chip, chip_key, &m, &err) == -1 ||
		pace_chip_take(terminal, bytes_of(&m), chip_point, &err) == -1)
		bail_out("%s", err.text);
	pace_free(terminal);
	pace_free(chip);
	buf_clear(&m);
}

/* Chip authentication: the terminal's key, and the secret at both ends. */
static void
agreement_alone(struct bytes chip_key, struct bytes chip_point)
{
	struct err err = ERR_INIT;
	struct group *g = NULL;
	struct element *own = NULL, *point = NULL, *a = NULL, *b = NULL, *seen = NULL;
	struct buf random = BUF_INIT, number = BUF_INIT, octets = BUF_INIT;

	buf_reserve(&random, 40);
	if (group_new(13, &g, &err) == -1 || random_octets(random.p, random.n, &err) == -1 || group_private(g, bytes_of(&random), &number, &err) == -1 ||
		element_times(g, NULL, bytes_of(&number), &own, &err) == -1 || element_read(g, chip_point, &point, &err) == -1 ||
		element_times(g, point, bytes_of(&number), &a, &err) == -1 || element_write(g, own, &octets, &err) == -1 ||
		element_read(g, bytes_of(&octets), &seen, &err) == -1 || element_times(g, seen, chip_key, &b, &err) == -1)
		bail_out("%s", err.text);
	element_free(own);
	element_free(point);
	element_free(a);
	element_free(b);
	element_free(seen);
	group_free(g);
	buf_clear(&random);
	buf_clear(&number);
	buf_clear(&octets);
}

/* As many protected messages of such answers, at both ends. */
static void
messages_alone(const struct line *l)
{
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT, room = BUF_INIT, data = BUF_INIT;
	struct sm terminal, chip;

	sm_start(&terminal, CHIP_AES128, bytes_str("secret"), NULL);
	sm_start(&chip, CHIP_AES128, bytes_str("secret"), NULL);
	for (size_t i = 0; i < l->n; i++) {
		struct apdu a = { .ins = 0xB0, .le = TERMINAL_READ_SHORT }, got;
		size_t n = l->message[i].answer > 30 ? l->message[i].answer - 30 : 0;
		uint16_t sw;

		buf_clear(&data);
		buf_reserve(&data, n);
		if (sm_wrap(&terminal, &a, &out, &err) == -1 || apdu_read(bytes_of(&out), &got, &err) == -1 || sm_open(&chip, &got, &got, &room, &sw, &err) == -1 ||
			sm_seal(&chip, false, bytes_of(&data), SW_OK, &out, &err) == -1 || sm_unwrap(&terminal, bytes_of(&out), &room, &sw, &err) == -1)
			bail_out("%s", err.text);
	}
	buf_clear(&out);
	buf_clear(&room);
	buf_clear(&data);
}

static double
cryptography(const struct line *l, const struct document *d, const struct truststore *store)
{
	struct passive_input in = { .sod = bytes_of(&d->sod), .com = bytes_of(&d->com), .store = store, .at = NOW, .chip = CHIP_AUTHENTICATION, .chip_has_proved = true };
	struct passive *result = calloc(1, sizeof(*result));
	struct buf key = octets(CA_NUMBER), spki = BUF_INIT, point = BUF_INIT;
	struct cardsecurity *cs = NULL;
	struct err err = ERR_INIT;
	uint64_t begun;
	double took;

	spki_of(CA_NUMBER, &spki, &point);
	for (unsigned i = 1; i <= LDS_DGS; i++)
		if (i != 3)
			in.dg[i] = bytes_of(&d->dg[i]);
	begun = clock_monotonic_ns();
	pace_alone(bytes_of(&key), bytes_of(&point));
	agreement_alone(bytes_of(&key), bytes_of(&point));
	messages_alone(l);
	if (cardsecurity_parse(bytes_of(&d->card_security), &cs, &err) == -1 || cms_verify(cs->cms, oid_security_object, &err) == -1)
		bail_out("%s", err.text);
	passive_authenticate(&in, result);
	took = (double)(clock_monotonic_ns() - begun);
	cardsecurity_free(cs);
	free(result);
	buf_clear(&key);
	buf_clear(&spki);
	buf_clear(&point);
	return took;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), compare);
	return v[n / 2];
}

int
main(void)
{
	static const struct variant all = { .portrait = PORTRAIT };
	static struct line line;
	double total[ROUNDS], parts[2][ROUNDS], ratio, sum;
	struct document d = { .store = NULL };
	struct chip_rig rig;
	struct card *card;

	if (!chip_rig_start(&rig)) {
		printf("# SoftHSM is not installed: nothing measured\n");
		return 0;
	}
	document_make(rig.s, rig.ds, &all, &d);
	card = chip_of(&d, &all);
	for (int i = 0; i < ROUNDS; i++) {
		total[i] = whole(card, rig.store, &line);
		parts[0][i] = transport(&line);
		parts[1][i] = cryptography(&line, &d, rig.store);
	}
	printf("# %zu messages, DG2 of %zu octets; a read takes %.2f ms, transport alone %.2f ms, cryptography alone %.2f ms\n", line.n, d.dg[2].n,
		median(total, ROUNDS) / 1e6, median(parts[0], ROUNDS) / 1e6, median(parts[1], ROUNDS) / 1e6);
	sum = median(parts[0], ROUNDS) + median(parts[1], ROUNDS);
	ratio = median(total, ROUNDS) / sum;
	printf("bench chip_read value=%.2f unit=ms limit=%.2f ratio=%.2f goal=%.1f %s\n", median(total, ROUNDS) / 1e6, sum * goal / 1e6, ratio, goal,
		ratio < goal ? "ok" : "short");
	card_free(card);
	document_clear(&d);
	chip_rig_stop(&rig);
	return 0;
}
