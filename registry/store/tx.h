/* tx.h - one run of a transaction on one connection, for the runner in db.c.  Inside registry/store only. */
#ifndef CATENA_STORE_TX_H
#define CATENA_STORE_TX_H
#include "registry/store/conn.h"

struct tx {
	struct conn *conn;
	enum db_isolation isolation;
	bool begun;       /* BEGIN is on its way or there */
	bool commit_sent; /* from here a lost connection leaves the outcome unknown */
	bool failed;      /* a statement failed: only a rollback is possible; `first` says why */
	bool is_again;    /* ... and it is worth running the work again */
	bool is_lost;     /* ... and the connection is of no use */
	struct err first; /* the first failure; set when failed */
};

void tx_start(struct tx *tx, struct conn *conn, enum db_isolation isolation);
int tx_commit(struct tx *tx, struct err *err);
/* Leaves the connection ready for another transaction, or is_lost set. */
void tx_rollback(struct tx *tx);

#endif
